"""The way in: `psfbot` and `python -m psfbot`."""

import gc


def entry() -> None:
    """Run one command.

    Most commands answer and end, so the collector would only look for garbage among
    what is still being imported (a quarter of their time); those that stay turn it on.
    """
    gc.disable()
    from psfbot.cli import main  # noqa: PLC0415 - after the line above

    main()


if __name__ == "__main__":
    entry()
