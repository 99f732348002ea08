"""The trash: orders to move files, where these lie and lay, and what is shown of it."""
