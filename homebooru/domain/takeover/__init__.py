"""What another program knew of pictures, and how it is taken over."""
