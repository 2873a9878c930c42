"""Slack: hears mentions, direct messages, commands and buttons, answers in blocks, and delivers alerts."""
