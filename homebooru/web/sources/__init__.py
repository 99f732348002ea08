"""Whom HomeBooru asks about pictures: the page and the API of it."""
