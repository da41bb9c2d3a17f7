"""The Notification service: messages to people."""
