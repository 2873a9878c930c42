"""Doors in: each platform turns outside words into our nouns, and answers back."""
