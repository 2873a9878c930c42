"""`python -m psfbot` is `psfbot`."""

from psfbot.cli import main

main()
