"""Review: queues of questions about posts, answers to them, and what those teach."""
