"""Days as the catalog writes them: YYYY-MM-DD and nothing looser."""

import re
from datetime import date


def whole_day(value: object) -> object:
    """Read YYYY-MM-DD and nothing looser: pydantic alone would take `86400` for a day in 1970."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        msg = "not a day: write YYYY-MM-DD"
        raise ValueError(msg)
    try:
        return date.fromisoformat(value)
    except ValueError:
        msg = "no day in the calendar"
        raise ValueError(msg) from None
