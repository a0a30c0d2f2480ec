"""Customer systems as a source: what they give and take, whichever vendor's they are."""
