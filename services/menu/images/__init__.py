"""Logos and pictures of items."""
