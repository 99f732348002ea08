"""What people are asked about posts, in what order, and what their answers say of models."""
