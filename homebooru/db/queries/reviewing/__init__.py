"""What people answered in review, and what it says of models."""
