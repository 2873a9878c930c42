"""The rivers: each flow loads, decides, stores, and reads from top to bottom."""
