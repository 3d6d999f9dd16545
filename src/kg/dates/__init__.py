"""Dates: what an Extended Date/Time Format (EDTF) date says, the days it allows, and its words."""

from kg.dates.edtf import Bounds, Day, as_date, bounds, parse
from kg.dates.wording import day_in_words, in_words

__all__ = ["Bounds", "Day", "as_date", "bounds", "day_in_words", "in_words", "parse"]
