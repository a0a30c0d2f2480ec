"""Kernels that bring millions of rows into the order of the fold: each lead's together, by time."""
