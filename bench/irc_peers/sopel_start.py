"""Sopel as it comes, but that it also starts where there is nobody but root, as in most containers."""

import os
import sys

from sopel.cli.run import main

os.getuid = os.geteuid = lambda: 1000
sys.argv[0] = "sopel"
sys.exit(main())
