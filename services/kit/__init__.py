"""What every service stands on: settings, Mongo, server, interceptors, principal, clock, streams, telemetry."""
