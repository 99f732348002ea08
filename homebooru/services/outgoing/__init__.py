"""What goes to other programs: chosen, written beside pictures, and taken back."""
