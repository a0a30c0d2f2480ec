"""An agreement as forms: a section at a time, each value by itself, made from the models."""
