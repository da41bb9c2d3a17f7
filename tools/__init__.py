"""Tools for developers; nothing here is imported by the product."""
