"""What the grid has beside it: the months of a search, and the tags that somebody hides."""
