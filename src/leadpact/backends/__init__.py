"""Where an evaluation runs: in one piece, or by buckets of leads, in memory that is bounded."""
