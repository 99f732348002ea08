"""Pages of what is alike: posts like another one, and pictures that somebody searches with."""
