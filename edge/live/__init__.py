"""Socket.IO at the edge, as the old gateway had it: rooms, and events that come from committed changes alone."""
