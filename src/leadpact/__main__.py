"""`python -m leadpact`, the same as `leadpact`."""

import sys

from leadpact.cli import main

if __name__ == "__main__":
    sys.exit(main())
