"""Questions put to the database, one module a noun."""
