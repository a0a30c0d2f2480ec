"""The rules, one small function each, by the part of the document that they look at."""
