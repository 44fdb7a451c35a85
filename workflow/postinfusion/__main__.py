"""Start the command line: ``python -m postinfusion``."""

from __future__ import annotations

import sys

from postinfusion.cli import main

if __name__ == "__main__":
    sys.exit(main())
