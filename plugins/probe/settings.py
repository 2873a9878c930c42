"""What an operator sets for psfbot's own probes."""

from pydantic import Field

from psfbot.plugin import Configuration


class Settings(Configuration):
    """How patient the probes are."""

    names_start_with = "PSFBOT_PROBE_"

    failures: int = Field(default=2, ge=1, le=20, examples=["2"])
    """How many times in a row a page or a name must fail before people are told; one bad answer is none."""

    seconds: float = Field(default=10.0, gt=0, le=30, examples=["10"])
    """Seconds that one answer may take."""

    warning_days: float = Field(default=14.0, ge=0, examples=["14"])
    """Days before the end of a certificate from which its end is a warning."""

    error_days: float = Field(default=3.0, ge=0, examples=["3"])
    """Days before the end of a certificate from which its end is an error; one that is not valid is critical."""
