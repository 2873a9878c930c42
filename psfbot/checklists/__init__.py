"""Checklists: templates, runs and their progress, as plain nouns and decisions."""
