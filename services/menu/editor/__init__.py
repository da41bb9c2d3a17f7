"""Menus, as the people who write them change them."""
