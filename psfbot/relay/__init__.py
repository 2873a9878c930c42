"""Alerts, incidents and notices: what they are, and every decision about them, without any I/O."""
