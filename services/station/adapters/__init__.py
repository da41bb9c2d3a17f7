"""What this service needs of others, over gRPC."""
