"""Orders for the people who make them."""
