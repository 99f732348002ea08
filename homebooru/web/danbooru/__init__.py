"""Danbooru's dialect, for reading: what gallery-dl, Grabber, Boorusama and their like speak."""
