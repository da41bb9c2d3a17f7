"""Outgoing webhooks: what happens to orders and payments, sent to integrators' endpoints."""
