"""People, and what they are to restaurants."""
