"""The trash: what people threw away, how its files move, and how it is emptied."""
