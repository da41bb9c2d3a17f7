"""The gateway accounts that stand in locations, for the Payment service alone."""
