"""From the versions of an agreement to the arrays that the kernels read."""
