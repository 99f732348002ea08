"""CLIP models, which describe pictures and words alike, from folders as Immich keeps them."""
