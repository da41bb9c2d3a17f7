"""What the edges remember of sockets."""
