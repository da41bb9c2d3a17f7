"""What was sold, and the orders of a day."""
