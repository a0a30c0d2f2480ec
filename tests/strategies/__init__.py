"""Random small agreements and random logs that go with them."""

from tests.strategies.agreements import versions
from tests.strategies.conditions import FIELDS
from tests.strategies.deliveries import as_delivered, instants, logs, moments
from tests.strategies.world import CALENDARS, LEADS, PEOPLE, START, Document, LogRow

__all__ = [
    "CALENDARS",
    "FIELDS",
    "LEADS",
    "PEOPLE",
    "START",
    "Document",
    "LogRow",
    "as_delivered",
    "instants",
    "logs",
    "moments",
    "versions",
]
