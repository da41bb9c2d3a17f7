"""The gateways, and the other services that Payment asks."""
