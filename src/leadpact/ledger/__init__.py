"""The state of record: what happened, what was decided, who may see it; writes and reads of it."""
