"""Use cases: one a file, the only place where the parts of the program meet."""
