"""What the Payment service asks of Ordering."""
