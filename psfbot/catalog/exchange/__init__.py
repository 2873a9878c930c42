"""The catalog in the forms of other tools: what goes out, and what comes in."""
