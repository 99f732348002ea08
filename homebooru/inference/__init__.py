"""Models: which ones lie in their folder, and what they see in pictures, each in a process of its own."""
