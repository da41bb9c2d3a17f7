"""Moving from the old back end to the services, route by route, and back (docs/cut-over.md)."""
