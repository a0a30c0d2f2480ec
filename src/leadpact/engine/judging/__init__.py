"""What hygiene judges by: forms, machines, addresses, wishes; `engine.hygiene` puts it together."""
