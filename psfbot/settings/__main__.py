"""Print `docs/settings.md`: `python -m psfbot.settings > docs/settings.md`."""

import sys

from psfbot.settings import as_markdown

sys.stdout.write(as_markdown())
