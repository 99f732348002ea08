"""Boorus on loopback, one module a site, as their answers were seen or their sources say."""
