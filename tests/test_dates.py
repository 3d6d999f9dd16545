"""What a date can mean, and what is no date."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dates import as_date, bounds
from kg.errors import ParseFailure


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2023", "2023-01-01", "2023-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-12-22", "2023-12-22", "2023-12-22"),
        ("2023-12-22T10:00:00", "2023-12-22", "2023-12-22"),
        ("2025-03-31~", "2025-03-31", "2025-03-31"),
        ("2025-04?", "2025-04-01", "2025-04-30"),
        ("2025-04%", "2025-04-01", "2025-04-30"),
        ("2025-04-07/2025-04-10", "2025-04-07", "2025-04-10"),
        ("2025-04-07/2025-04-07", "2025-04-07", "2025-04-07"),
        ("2023-12/2023-12-22", "2023-12-01", "2023-12-22"),
        ("2012~/2013", "2012-01-01", "2013-12-31"),
        ("2012/", "2012-01-01", None),
        ("2012/..", "2012-01-01", None),
        ("2012~/..", "2012-01-01", None),
        ("/2023-12", None, "2023-12-31"),
        ("../2023-12", None, "2023-12-31"),
        ("/2023-12~", None, "2023-12-31"),
        ("../..", None, None),
        ("201X", "2010-01-01", "2019-12-31"),
        ("2004-06-XX", "2004-06-01", "2004-06-30"),
        ("[2012,2013-02]", "2012-01-01", "2013-02-28"),
        ("[..2012]", None, "2012-12-31"),
        ("[2012..]", "2012-01-01", None),
    ],
)
def test_bounds_are_as_precise_as_the_date_and_none_where_unknown(text, earliest, latest):
    found = tuple(day and day.isoformat() for day in bounds(text))
    assert found == (earliest, latest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-13-45",
        "2024-02-30",
        "yesterday",
        "2025-04-10/2025-04-07",
        "2012-05/2012-04",
        "Y17E7",
        "0000",
        "-0100",
        "2023-21",
        "2023-21/2023-22",
        "2023-24~",
        "../",
        "2012 ",
        "2012/open",
        "/",
        "22.12.2023",
    ],
)
def test_what_is_no_date_is_refused_by_its_text(text, capsys):
    with pytest.raises(ParseFailure) as refusal:
        bounds(text)
    assert str(refusal.value).startswith(text or '""')
    assert "\n" not in str(refusal.value)
    assert capsys.readouterr() == ("", "")


@given(st.dates(), st.dates())
def test_an_interval_has_its_ends_as_bounds_or_is_refused(start, end):
    text = f"{start.isoformat()}/{end.isoformat()}"
    if start <= end:
        assert bounds(text) == (start, end)
    else:
        with pytest.raises(ParseFailure, match="ends before it starts"):
            bounds(text)


@given(st.dates())
def test_a_parameter_is_the_first_day_of_what_it_names(day):
    assert as_date(day.isoformat()) == day
    assert as_date(day.isoformat()[:7]) == day.replace(day=1)
    assert as_date(day.isoformat()[:4]) == date(day.year, 1, 1)


@pytest.mark.parametrize(
    "text", ["", "23", "2023-13", "2023-02-30", "2023-1", "2023~", "٢٠٢٣", "2023-12-22 ", "0000"]
)
def test_a_parameter_that_is_no_date_is_refused(text):
    with pytest.raises(ParseFailure):
        as_date(text)
