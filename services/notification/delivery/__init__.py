"""Messages about orders: what has to be sent follows from committed changes, and is sent beside everything else."""
