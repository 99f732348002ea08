"""Pages of tags: lists, what is known of one, and changing what tags mean."""
