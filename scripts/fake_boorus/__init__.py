"""Boorus on this machine that know the pictures of a folder, to see the chain at work."""
