"""Printers, what they print, and how it gets there."""
