"""Leadpact: the service level agreement between marketing and sales, as software."""

import os

__version__ = "0.1.0"

# To be said before numpy is imported. Where memory is in pieces, the system takes longer to find
# pages of two megabytes for a large log than is saved by reading in them.
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")
