"""One registry of figures: what each counts, over which leads, and when."""
