"""Routing: who gets a lead, and why everybody else does not; see `docs/semantics.md` §13."""
