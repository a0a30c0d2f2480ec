"""PostgreSQL as Django speaks to it, with the indexes that are named and no others."""
