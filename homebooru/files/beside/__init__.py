"""What files beside a picture say of it, each in its own language."""
