"""The star schema: everything that was evaluated, as facts and dimensions for other tools."""
