"""The Payment service: charged exactly once, for an order that exists."""
