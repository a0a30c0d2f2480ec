"""Every way in which the ledger is read."""
