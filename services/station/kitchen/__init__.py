"""Tickets: what the kitchen sees and does."""
