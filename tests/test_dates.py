"""What a date can mean, and what is no date."""

from __future__ import annotations

from datetime import date

import pytest
from edtf import parse_edtf
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from kg.dates import Day, as_date, bounds, in_words
from kg.errors import ParseFailure
from kg.plots.axis import axis


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
        ("[..2003,2005]", None, "2005-12-31"),
        ("[1667,1668, 1670..1672]", "1667-01-01", "1672-12-31"),
        ("{1960,1961-12}", "1960-01-01", "1961-12-31"),
        ("{..1984}", None, "1984-12-31"),
        ("../", None, None),
        ("1984-1X", "1984-10-01", "1984-12-31"),
        ("19XX-12", "1900-12-01", "1999-12-31"),
        ("1XXX-XX", "1000-01-01", "1999-12-31"),
        ("XXXX", "0000-01-01", "9999-12-31"),
        ("XXXX-12-XX", "0000-12-01", "9999-12-31"),
        ("-00XX", "-0099-01-01", "-0001-12-31"),
        ("-1XXX", "-1999-01-01", "-1000-12-31"),
        ("2023-X1-31", "2023-01-31", "2023-01-31"),
        ("19XX-02-29", "1904-02-29", "1996-02-29"),
        ("2004-06-XX/2004-07-0X", "2004-06-01", "2004-07-09"),
        ("2004-06~-11", "2004-06-11", "2004-06-11"),
        ("?2004-06-~11", "2004-06-11", "2004-06-11"),
        ("2004-06-~01/2004-06-%20", "2004-06-01", "2004-06-20"),
        ("2023-21", "2023-03-01", "2023-05-31"),
        ("2023-24~", "2023-12-01", "2024-02-29"),
        ("2023-29", "2023-09-01", "2023-11-30"),
        ("2023-36", "2023-10-01", "2023-12-31"),
        ("2023-39", "2023-09-01", "2023-12-31"),
        ("2023-40/2023-41", "2023-01-01", "2023-12-31"),
        ("1950S2", "1900-01-01", "1999-12-31"),
        ("-1950S2", "-1999-01-01", "-1900-12-31"),
        ("Y171010000S3", "171000000-01-01", "171999999-12-31"),
        ("Y3388E2S3", "338000-01-01", "338999-12-31"),
        ("Y17E7", "170000000-01-01", "170000000-12-31"),
        ("Y-17000", "-17000-01-01", "-17000-12-31"),
        ("9999", "9999-01-01", "9999-12-31"),
        ("Y10000", "10000-01-01", "10000-12-31"),
        ("0000", "0000-01-01", "0000-12-31"),
        ("-0044-03-15", "-0044-03-15", "-0044-03-15"),
        ("9999-12-31T24:00:00Z", "9999-12-31", "9999-12-31"),
    ],
)
def test_bounds_are_as_precise_as_the_date_and_none_where_unknown(text, earliest, latest):
    found = tuple(day and day.isoformat() for day in bounds(text))
    assert found == (earliest, latest)


@pytest.mark.parametrize(
    "text",
    [
        "2024-13-45",
        "2024-02-30",
        "yesterday",
        "2025-04-10/2025-04-07",
        "2012-05/2012-04",
        "-0000",
        "2023-42",
        "2023-20",
        "2023-21-01",
        "2023-02-3X",
        "1XX1-02-29",
        "2023-2X",
        "~2023~",
        "1950S0",
        "195XS2",
        "Y2023",
        "Y1E19",
        "Y1E99999999999999999999",
        "[]",
        "[..]",
        "[2001..,2003]",
        "[2001,..2003]",
        "[2001/2002]",
        "{2003..2001}",
        "2023-12-22T10:00",
        "2023-12-22T24:00:01",
        "2023-12T10:00:00",
        "2023-12-22T10:00:00/2023-12-23",
        "2023-12-22\n",
        "2023" * 1000,
        "2012 ",
        "2012/open",
        "/",
        "22.12.2023",
    ],
)
def test_what_is_no_date_is_refused_by_its_text(text):
    with pytest.raises(ParseFailure) as refusal:
        bounds(text)
    assert str(refusal.value).startswith(text[:80].strip("\n") if text[-1:] != "\n" else '"2023')
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 200


@given(st.dates(), st.dates())
def test_an_interval_has_its_ends_as_bounds_or_is_refused(start, end):
    text = f"{start.isoformat()}/{end.isoformat()}"
    if start <= end:
        assert bounds(text) == (Day(*start.timetuple()[:3]), Day(*end.timetuple()[:3]))
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


_DIGITS = st.text("0123456789X", min_size=4, max_size=4)
_MONTHS_OR_SEASONS = st.sampled_from([f"{n:02}" for n in (*range(1, 13), *range(21, 42))])
_MONTHS = st.one_of(_MONTHS_OR_SEASONS, st.sampled_from(["XX", "0X", "1X", "X1"]))
_DAYS = st.one_of(st.integers(1, 31).map("{:02}".format), st.sampled_from(["XX", "1X", "X9"]))
_MARK = st.sampled_from(["", "?", "~", "%"])


@st.composite
def _edtf_dates(draw):
    """Return an EDTF date of any precision, with digits left out and qualified anywhere."""
    parts = [draw(st.sampled_from(["", "-"])) + draw(_DIGITS)]
    if draw(st.booleans()):
        parts.append(draw(_MONTHS))
        if not parts[1].isdecimal() or int(parts[1]) <= 12:
            parts += draw(st.one_of(st.just([]), _DAYS.map(lambda day: [day])))
    side = draw(st.booleans())
    return "-".join(draw(_MARK) + part if side else part + draw(_MARK) for part in parts)


@given(_edtf_dates(), _edtf_dates())
def test_a_date_begins_before_it_ends_and_an_interval_or_set_spans_its_members(one, other):
    found = []
    for text in (one, other):
        try:
            found.append(bounds(text))
        except ParseFailure:
            reject()
        assert in_words(text) != text or text.isdecimal()
    (first, last), (other_first, other_last) = found
    assert first <= last
    assert bounds(f"[{one},{other}]") == (min(first, other_first), max(last, other_last))
    if first <= other_last:
        assert bounds(f"{one}/{other}") == (first, other_last)


@given(st.dates(), st.lists(st.integers(0, 9), max_size=4))
def test_a_date_with_unspecified_digits_allows_the_day_it_was_made_of(day, places):
    written = list(day.isoformat())
    for place in places:
        if written[place] != "-":
            written[place] = "X"
    first, last = bounds("".join(written))
    assert first <= tuple(day.timetuple()[:3]) <= last


_OF_BOTH = st.one_of(
    st.builds("{}{}".format, _DIGITS, st.sampled_from(["", "-XX", "-02", "-12", "-21", "-23"])),
    st.dates().map(lambda day: f"{day}~"),
    st.dates().map(lambda day: f"{day:%Y-%m}-XX"),
    st.dates().map(lambda day: f"[{day:%Y-%m}..{day.year + 1:04}-12]"),
)


@settings(max_examples=20)
@given(_OF_BOTH)
def test_another_reader_of_edtf_finds_the_same_days(text):
    # The edtf package takes an X in a month or a day for a whole year or month, swaps the ends
    # of years before 1 BC, and cannot read seasons of an unspecified year.
    other = parse_edtf(text, fail_silently=True)
    assume(other is not None)
    assert bounds(text) == (tuple(other.lower_strict()[:3]), tuple(other.upper_strict()[:3]))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1984-1X", "October to December 1984"),
        ("19XX-12", "December of some year from 1900 to 1999"),
        ("2004-06-XX", "some day of June 2004"),
        ("1560-XX-25", "day 25 of some month of 1560"),
        ("XXXX", "some year"),
        ("1950S2", "about 1950 (some year from 1900 to 1999)"),
        ("Y17E7", "the year 170,000,000"),
        ("Y-17000", "the year \N{MINUS SIGN}17,000"),
        ("-0043", "44 BC"),
        ("2001-21", "spring 2001"),
        ("2001-35", "third quarter of 2001"),
        ("2001-41", "second half of 2001"),
        ("2004-06~-11", "11 June 2004 (the year is approximate, the month is approximate)"),
        ("[1667,1668,1670..1672]", "1667, 1668 or 1670 to 1672"),
        ("{1960,1961-12}", "1960 and December 1961"),
        ("[..1760-12-03]", "3 December 1760 or earlier"),
        ("2023-12-31T24:00:00", "31 December 2023, 24:00"),
        ("201X/2024", "from some year from 2010 to 2019 until 2024"),
        ("../..", "at any time"),
        ("1984-13", "1984-13"),
    ],
)
def test_a_date_is_told_in_words_no_more_precise_than_it_is(text, words):
    assert in_words(text) == words


_EVENTS = """\
@prefix kg: <https://w3id.org/relations-kg/id/> .
@prefix rel: <https://w3id.org/relations-kg/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
"""


@pytest.fixture(scope="module")
def event_file(tmp_path_factory):
    dates = ["1984-1X", "Y17E7", "9999-12-31T24:00:00", "0001-01-01", "2001-33", "1984-13"]
    lines = [
        f'kg:event-{place} a rel:Talks ; rdfs:label "talks {place}"@en ; '
        f'rel:date "{text}"^^edtf:EDTF .\n'
        for place, text in enumerate(dates)
    ]
    path = tmp_path_factory.mktemp("dates") / "events.ttl"
    path.write_text(_EVENTS + "".join(lines), "utf-8")
    return path


def test_every_form_of_date_is_checked_and_what_is_none_is_refused_by_its_line(cli, event_file):
    result = cli("check", "--data", event_file, "--ontology", "kg", "--shapes", "kg")
    assert result.code == 1
    assert "fault of kg" not in result.out
    assert 'makes it "1984-10-01"^^xsd:date' in result.out
    assert 'makes it "170000000-12-31"^^xsd:date' in result.out
    [refused] = [line for line in result.out.splitlines() if "no such month" in line]
    assert "events.ttl:10: Violation: talks 5 (kg:event-5): the date 1984-13" in refused


@pytest.mark.parametrize("first", [date(9999, 1, 1), date(9999, 11, 30), date(9998, 2, 3)])
def test_an_axis_ends_with_the_calendar(first):
    for last in (first, date(9999, 12, 31)):
        for room in (60, 300, 900):
            [part] = axis([(first, last)], 0, room).parts
            assert part.end == date.max or part.end > last
            assert all(0 <= tick.x <= room for tick in part.ticks())


def test_every_form_of_date_is_drawn_or_told_in_words(cli, event_file, tmp_path):
    picture = tmp_path / "timeline.svg"
    result = cli("plot", "timeline", "--data", event_file, "--ontology", "kg", "-o", str(picture))
    assert result.code == 0, result.err
    drawn = picture.read_text("utf-8")
    for words in ("Oct to Dec 1984", "the year 170,000,000", "31 Dec 9999, 24:00"):
        assert words in drawn
    cli(
        "plot",
        "timeline",
        "--data",
        event_file,
        "--ontology",
        "kg",
        "--until",
        "2001",
        "-o",
        str(picture),
    )
    later = picture.read_text("utf-8")
    assert "first quarter of 2001" in later
    assert "the year 170,000,000" not in later


def test_show_tells_a_date_that_is_not_plain_in_words(cli, event_file):
    shown = cli("show", "kg:event-0", "--data", event_file, "--ontology", "kg")
    assert "    1984-1X (October to December 1984)\n" in shown.out
