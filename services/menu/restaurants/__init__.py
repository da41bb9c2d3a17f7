"""Restaurants, locations and what can be set at them."""
