"""What a test needs and a machine may lack: it is skipped with the reason, or fails where nothing may skip."""

import os
from typing import NoReturn

import pytest


def require(reason: str) -> NoReturn:
    """Skip the running test; with `PSFBOT_TEST_REQUIRE=all`, let it fail instead."""
    if os.environ.get("PSFBOT_TEST_REQUIRE") == "all":
        pytest.fail(f"This would be skipped, and PSFBOT_TEST_REQUIRE=all forbids it: {reason}", pytrace=False)
    pytest.skip(reason)
