"""What happened to one lead, and why: read from the fold's own records, never reckoned anew."""
