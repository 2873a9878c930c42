"""The HTTP side: webhooks in, health and metrics and incidents out."""
