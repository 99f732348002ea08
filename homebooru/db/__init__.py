"""PostgreSQL: the engine, the tables, and the questions put to them."""
