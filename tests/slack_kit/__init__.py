"""Slack on loopback, for tests."""
