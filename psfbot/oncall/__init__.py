"""On call: whose turn it is, who is asked next when nobody answers, and what sources and pagers have to offer."""
