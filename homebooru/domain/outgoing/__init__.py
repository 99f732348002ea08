"""What goes to other programs: which tags, in what spelling, and what of it is ours."""
