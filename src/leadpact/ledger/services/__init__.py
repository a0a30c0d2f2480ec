"""Every way in which the ledger is written; each function is one transaction."""
