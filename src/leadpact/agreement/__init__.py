"""The agreement: one document that both teams accept and the engine applies."""
