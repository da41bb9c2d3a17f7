"""The Notification service: messages to people, webhooks to integrators."""
