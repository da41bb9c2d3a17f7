"""Providers that carry messages."""
