"""The gRPC services; each folder is one domain, `kit` is what all of them stand on."""
