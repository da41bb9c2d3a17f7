"""Ordering service: carts, previews, orders and their life."""
