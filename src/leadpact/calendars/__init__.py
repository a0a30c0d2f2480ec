"""Working time: calendars of hours, holidays and zones, and the arithmetic over them."""

from leadpact.calendars.calendar import Calendar
from leadpact.calendars.hours import CalendarError

__all__ = ["Calendar", "CalendarError"]
