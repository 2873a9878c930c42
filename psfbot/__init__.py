"""psfbot: one reviewed catalog that answers questions, carries alerts and runs checklists."""

__version__ = "2026.11.0"
