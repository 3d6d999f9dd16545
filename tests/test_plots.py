"""Pictures: true to the graph, the same bytes each time, and text only ever text."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import load
from kg.dates import bounds, span
from kg.errors import KgError, Misuse
from kg.namespaces import EDTF, RDF, RDFS, REL, WGS84, XSD
from kg.plots import NARROW, PLOTS, WIDE, Filter, NothingToDraw
from kg.plots.events import EFFECTS
from kg.plots.map_ground import atlas
from kg.plots.palette import colour

ROOT = Path(__file__).resolve().parent.parent
SVG = "{http://www.w3.org/2000/svg}"
EVIL = "</text><script>alert(1)</script>&\"'\x01\u202e{{7}}"
NAMES = list(PLOTS)


@pytest.fixture(scope="module")
def pictures(graph):
    return {name: draw(graph.store) for name, draw in PLOTS.items()}


def read(svg):
    """Return the tree of a drawing; kg has written it just now."""
    return ET.fromstring(svg)  # noqa: S314


def words(svg):
    """Return all text of a drawing."""
    return " ".join(filter(None, (one.text for one in read(svg).iter(f"{SVG}text"))))


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_is_svg_with_a_name_and_without_style_or_script(pictures, name, width):
    root = read(pictures[name].svg(width))

    assert root.tag == f"{SVG}svg"
    assert root.find(f"{SVG}title").text == pictures[name].title
    assert len(root.find(f"{SVG}desc").text) > len("a sentence")
    assert root.get("width") == str(width)
    elements = list(root.iter())
    assert not {"script", "foreignObject", "image", "style"} & {
        e.tag.split("}")[1] for e in elements
    }
    for element in elements:
        assert not [key for key in element.attrib if key == "style" or key.startswith("on")]
        assert "://" not in "".join(element.attrib.values()).replace("https://w3id.org/", "")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_drawn_outside_of_the_paper(pictures, name):
    for width in (WIDE, NARROW):
        root = read(pictures[name].svg(width))
        _, _, right, bottom = map(float, root.get("viewBox").split())
        for one in root.iter(f"{SVG}text"):
            if "rotate" not in one.get("transform", ""):
                assert 0 <= float(one.get("x", 0)) <= right
                assert 0 <= float(one.get("y", 0)) <= bottom


@pytest.mark.parametrize("name", NAMES)
def test_a_png_is_as_large_as_it_says(pictures, name):
    body = pictures[name].png(1.5)

    assert body[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack("!I", body[16:20]) == (WIDE * 3 // 2,)


def test_the_scale_of_a_png_has_bounds(pictures):
    for scale in (0, -1, 11, float("nan")):
        with pytest.raises(Misuse, match="scale"):
            pictures["timeline"].png(scale)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_holds_picture_and_table_and_asks_nothing_of_others(pictures, name):
    text = pictures[name].html().decode()

    assert text.count("<svg") >= 1
    assert text.count("<tr>") == len(pictures[name].rows) + 1
    assert not re.search(r"<(?:script|link|img|iframe)\b", text)
    assert not re.search(r"\b(?:src|href)=\"https?://(?!w3id\.org/relations-kg/)", text)


def test_every_event_is_on_the_timeline_and_in_its_table(graph, pictures):
    events = {row[0].value for row in graph.query("SELECT DISTINCT ?e { ?e a rel:Event }")}
    drawn = {row[0][1] for row in pictures["timeline"].rows}

    assert drawn == events
    told = words(pictures["timeline"].svg())
    # A long name is folded, so that its first words are looked for.
    for row in pictures["timeline"].rows:
        assert row[0][0].split()[0] in told


def test_the_tension_of_an_event_is_what_the_graph_derives(graph, pictures):
    derived = {
        effect: {row[0].value for row in graph.query(f"SELECT ?e {{ ?e a rel:{kind} }}")}
        for effect, kind in (("raising", "TensionRaisingEvent"), ("easing", "TensionEasingEvent"))
    }
    for row in pictures["timeline"].table():
        iri = next(one[0][1] for one in pictures["timeline"].rows if one[0][0] == row["event"])
        for effect, events in derived.items():
            assert (row["tension"] == EFFECTS[effect]) is (iri in events), row


def test_a_filter_leaves_what_overlaps_it(graph):
    whole = PLOTS["timeline"](graph.store)
    later = PLOTS["timeline"](graph.store, shown=Filter.read("2025", "", ""))
    raising = PLOTS["timeline"](graph.store, shown=Filter.read("", "", "raising"))

    assert {row["event"] for row in later.table()} < {row["event"] for row in whole.table()}
    assert not [row for row in later.table() if row["date"].endswith("2012")]
    assert {row["tension"] for row in raising.table()} == {EFFECTS["raising"]}
    assert "2025" in " ".join(later.notes)


@pytest.mark.parametrize("text", ["soon", "2024-13", "2024-02-30", "99999", "2024-1-1"])
def test_a_filter_that_is_no_date_is_refused(text):
    with pytest.raises(KgError):
        Filter.read(text, "", "")


def test_a_filter_that_ends_before_it_begins_is_refused():
    with pytest.raises(Misuse):
        Filter.read("2025", "2012", "")


@pytest.mark.parametrize("name", NAMES)
def test_a_graph_with_nothing_to_show_is_refused_in_a_line(name):
    store = Store()
    store.add(Quad(REL.Event, RDFS.label, Literal("x")))
    with pytest.raises(NothingToDraw) as refused:
        PLOTS[name](store)
    assert "\n" not in str(refused.value)


@pytest.fixture(scope="module")
def hostile():
    """A store each label of which would be markup."""
    store = Store()
    for quad in load().store:
        named = quad.predicate == RDFS.label
        target = Literal(EVIL) if named else quad.object
        store.add(Quad(quad.subject, quad.predicate, target, quad.graph_name))
    return store


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_text_only(hostile, name):
    picture = PLOTS[name](hostile, link=lambda iri: iri)
    for body in (picture.svg(), picture.svg(NARROW)):
        root = read(body)
        assert not list(root.iter(f"{SVG}script"))
        assert "alert(1)" in "".join(root.itertext())
    assert b"<script" not in picture.html()
    assert picture.png(0.5)[:4] == b"\x89PNG"


def test_the_same_graph_gives_the_same_bytes_whatever_the_process():
    code = (
        "import sys, hashlib, kg\nfrom kg.plots import PLOTS\ng = kg.load()\n"
        "for d in PLOTS.values():\n"
        "    p = d(g.store)\n"
        "    for b in (p.svg(), p.svg(360), p.html(), p.png(0.5)):\n"
        "        print(hashlib.sha256(b).hexdigest())\n"
    )
    told = set()
    for seed, zone in (("1", "Pacific/Kiritimati"), ("2", "America/Anchorage")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, check=True
        )
        told.add(done.stdout)
    assert len(told) == 1
    assert len(told.pop().split()) == 4 * len(PLOTS)


@given(
    st.dates(date(1800, 1, 1), date(2200, 12, 28)),
    st.sampled_from(("%Y", "%Y-%m", "%Y-%m-%d")),
    st.sampled_from(("", "~", "?", "%")),
)
def test_a_span_is_as_wide_as_its_date_is_vague(day, form, doubt):
    text = day.strftime(form) + doubt
    shown = span(text)
    first, last = bounds(Literal(text, datatype=EDTF).value)

    assert (shown.first, shown.last) == (first.to_date(), last.to_date())
    assert str(day.year) in shown.words


@pytest.mark.parametrize(
    ("text", "told"), [("2025-04-07/..", "from 7 Apr 2025 on"), ("../2023-12", "by Dec 2023")]
)
def test_an_open_date_says_so(text, told):
    assert span(text).words == told


def test_the_atlas_has_the_two_states_and_most_others():
    found = atlas()

    assert (found.country("012").name, found.country("466").name) == ("Algeria", "Mali")
    assert len({one.number for one in found.countries if one.number}) > 200


@pytest.mark.parametrize("name", NAMES)
def test_a_viewpoint_is_named_in_the_picture(name):
    graph = load(viewpoint="according-to:Mali")
    picture = PLOTS[name](graph.store, viewpoint=graph.viewpoint)
    assert "mali" in picture.source.lower()


def test_what_somebody_denies_is_dashed(pictures):
    disputed = [row for row in pictures["timeline"].table() if row["disputed"]]
    assert disputed
    assert b"stroke-dasharray" in pictures["timeline"].svg()


def of_states(*codes, points=()):
    """Return a graph of States with these codes, and of places at these points."""
    store = Store()
    for code in codes:
        node = NamedNode(f"http://example.org/{code}")
        store.add(Quad(node, RDF.type, REL.State))
        store.add(Quad(node, RDFS.label, Literal(f"State {code}", language="en")))
        store.add(Quad(node, REL.isoCode, Literal(code)))
    for place, (lon, lat) in enumerate(points):
        node = NamedNode(f"http://example.org/place-{place}")
        store.add(Quad(node, RDF.type, REL.Place))
        store.add(Quad(node, RDFS.label, Literal(f"Place {place}", language="en")))
        for name, number in (("long", lon), ("lat", lat)):
            store.add(Quad(node, WGS84[name], Literal(str(number), datatype=XSD.decimal)))
    return store


def lit(svg):
    """Return how many countries a map colours as those that it is about."""
    colours = {colour("first"), colour("second")}
    root = read(svg)
    shapes = (*root.iter(f"{SVG}path"), *root.iter(f"{SVG}circle"))
    return sum(shape.get("fill") in colours for shape in shapes)


@pytest.mark.parametrize(
    "codes",
    [
        ("AU", "NZ"),  # small islands have the code of Australia too
        ("RU", "US"),  # both sides of the date line
        ("FJ", "TO"),
        ("VA", "IT"),
        ("MC", "NR"),
        ("AQ", "NO"),
        ("KI", "KI"),
    ],
)
def test_a_map_shows_the_land_of_both_states_wherever_they_lie(codes):
    picture = PLOTS["map"](of_states(*codes))
    svg = picture.svg(WIDE)
    drawn = words(svg)
    for code in codes:
        assert f"STATE {code}" in drawn
    assert lit(svg) == len(set(codes))
    assert "outside the frame" not in drawn
    assert picture.svg(NARROW)


def test_a_map_across_the_date_line_is_no_map_of_the_world():
    picture = PLOTS["map"](of_states("FJ", "TO"))
    assert "200 km at the middle" in words(picture.svg(WIDE))


@pytest.mark.parametrize(
    "points",
    [
        [(0, 90)],
        [(0, -90), (180, -90)],
        [(12.5, 41.9)],
        [(12.5, 41.9), (12.5, 41.9)],
        [(180, 0), (-180, 0)],
        [(179.9, -18), (-179.9, -18)],
        [(-120, 89), (60, 89)],
        [(0, 0), (120, 0), (-120, 0)],
    ],
)
def test_a_map_of_points_alone_shows_each_of_them_inside_its_frame(points):
    picture = PLOTS["map"](of_states(points=points))
    drawn = words(picture.svg(WIDE))
    for place in range(len(points)):
        assert f"Place {place}" in drawn
    assert "outside" not in drawn


def test_a_state_that_the_atlas_has_no_shape_for_is_a_dot():
    store = Store()
    tuvalu = NamedNode("http://example.org/tuvalu")
    place = NamedNode("http://example.org/funafuti")
    geo = "http://www.w3.org/2003/01/geo/wgs84_pos#"
    double = NamedNode("http://www.w3.org/2001/XMLSchema#decimal")
    for node, kind, label in ((tuvalu, REL.State, "Tuvalu"), (place, REL.Place, "Funafuti")):
        store.add(Quad(node, RDF.type, kind))
        store.add(Quad(node, RDFS.label, Literal(label, language="en")))
        store.add(Quad(node, NamedNode(geo + "lat"), Literal("-8.52", datatype=double)))
        store.add(Quad(node, NamedNode(geo + "long"), Literal("179.2", datatype=double)))
    told = words(PLOTS["map"](store).svg())
    assert "Funafuti" in told


# --- The command ----------------------------------------------------------------------------------


@pytest.fixture
def run(cli, tmp_path, monkeypatch):
    """Run ``kg plot`` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: cli("plot", *arguments)


@pytest.mark.parametrize("ending", ["svg", "png", "html"])
def test_the_ending_of_the_file_tells_the_format(run, tmp_path, ending):
    done = run("tension", "-o", "x." + ending)

    assert (done.code, done.raw) == (0, b"")
    graph = load()
    picture = PLOTS["tension"](graph.store, viewpoint=graph.viewpoint)
    assert (tmp_path / f"x.{ending}").read_bytes() == getattr(picture, ending)()


@pytest.mark.parametrize(
    "arguments",
    [
        ("timelime",),
        ("timeline", "-o", "x.jpg"),
        ("timeline", "--since", "soon"),
        ("timeline", "--kind", "bad"),
        ("timeline", "--scale", "99", "-o", "x.png"),
        ("timeline", "--narrow", "-o", "x.html"),
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_refused(run, tmp_path, arguments):
    done = run(*arguments)

    assert done.code == 2
    assert "Traceback" not in done.err
    assert not list(tmp_path.glob("x.*"))
