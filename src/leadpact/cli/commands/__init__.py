"""One file a command: what it takes, what it does in a few lines, what it says."""
