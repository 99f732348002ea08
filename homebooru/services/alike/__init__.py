"""Models that describe posts, besides our own descriptor: chosen, at work, asked."""
