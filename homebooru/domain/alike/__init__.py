"""What is alike: the models that tell, and what they tell it by."""
