"""What HomeBooru knows and decides: values and pure functions, standard library only."""
