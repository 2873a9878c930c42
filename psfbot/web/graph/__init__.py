"""The catalog drawn: what to draw, where each box stands, and the lines between them."""
