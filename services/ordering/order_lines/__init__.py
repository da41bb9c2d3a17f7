"""What the kitchen does to the lines of orders."""
