"""Changes to the catalog that somebody proposed: what they are, how they are worded, and what became of them."""
