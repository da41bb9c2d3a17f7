"""Foreign systems that the Menu service uses."""
