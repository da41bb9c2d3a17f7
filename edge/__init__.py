"""The edge: HTTP and WebSocket in, gRPC out. No business rule lives here."""
