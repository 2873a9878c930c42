"""How one record is cut out of the text, changed step by step, and put back: what `edit` is made of."""
