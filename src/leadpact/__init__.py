"""Leadpact: the service level agreement between marketing and sales, as software."""

__version__ = "0.1.0"
