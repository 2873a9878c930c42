"""In which order do the fields of a record stand in the file?"""

from psfbot.catalog.model import KINDS

LAST = ("history", "note", "provenance")
"""Fields that end a record, wherever the model has them; `tidy` has the same order."""


def ordered(section: str) -> tuple[str, ...]:
    """The fields of a section's records in the order of the file."""
    known = [name for name in KINDS[section].model_fields if name not in {"id", *LAST}]
    return (*known, *(name for name in LAST if name in KINDS[section].model_fields))
