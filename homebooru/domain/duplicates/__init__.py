"""What makes two posts one picture, which of them is better, and what people decide about them."""
