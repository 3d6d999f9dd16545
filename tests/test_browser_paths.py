"""What a person does with the pages, in a real browser, from one page to the next."""

from __future__ import annotations

import csv
import io
from urllib.parse import quote

import pytest

from browser import opened

QUERY = """SELECT ?standing (COUNT(?claim) AS ?claims)
{ ?claim rel:standing ?standing } GROUP BY ?standing ORDER BY ?standing"""


@pytest.fixture
def page(window):
    return window.page


def write(page, text):
    """Replace what stands in the editor, as one types."""
    page.locator("#query-editor").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(text)


def heads(page):
    return page.locator("#result table thead th").all_inner_texts()


def test_from_home_to_the_event_to_why_to_the_sentence(window, page):
    window.open("/")
    latest = page.get_by_role("region", name="Latest tension")
    # What press reports alone say has no sentence of the article.
    event = latest.locator("li", has_text="(Wikipedia)").locator(".what a").first
    name = event.inner_text()
    event.click()
    assert page.locator("h1").inner_text() == name

    follows = page.get_by_role("region", name="What follows")
    follows.locator("dd", has_text="tension-raising event").get_by_role("link").last.click()
    assert window.path().startswith("why?")
    assert "tension-raising event" in page.locator("h1").inner_text()

    sentence = page.locator("ol.steps a[href*=':~:text=']").first
    assert sentence.get_attribute("href").startswith("https://en.wikipedia.org/wiki/Algeria")


def test_the_proof_is_said_and_drawn(window, page):
    window.open("/page/drone-shootdown-2025")
    page.get_by_role("region", name="What follows").get_by_role("link", name="why?").first.click()

    page.locator("ol.steps > li").nth(1).wait_for()
    # The picture is there where Graphviz is.
    for picture in page.locator("main figure img").all():
        picture.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        assert picture.evaluate("one => one.naturalWidth") > 0


def test_a_query_becomes_a_table_a_chart_and_a_file(window, page, graph):
    expected = [(row[0].value, row[1].value) for row in graph.query(QUERY)]
    window.open("/query")
    write(page, QUERY)
    page.get_by_role("button", name="Run").click()

    cells = page.locator("#result table tbody tr")
    cells.first.wait_for()
    assert heads(page) == ["standing", "claims"]
    assert [row.locator("td").last.inner_text() for row in cells.all()] == [n for _, n in expected]

    page.get_by_text("Chart", exact=True).first.click()
    bars = page.locator("svg.chart .bar")
    assert bars.count() == len(expected)
    assert bars.first.is_visible()
    page.get_by_label("Chart").first.select_option("line")
    assert page.locator("svg.chart .line").count() == 1

    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8"), newline="")))
    assert rows == [["standing", "claims"], *map(list, expected)]


def test_a_table_is_sorted_by_its_heads(window, page):
    window.open("/query")
    write(page, QUERY)
    page.keyboard.press("ControlOrMeta+Enter")
    page.get_by_role("button", name="claims", exact=True).click()

    numbers = page.locator("#result table tbody tr td:last-child").all_inner_texts()
    assert numbers == sorted(numbers, key=int)
    assert page.locator("#result th[aria-sort=ascending]").inner_text() == "claims"


def test_a_mistake_is_told_with_its_line(window, page):
    window.open("/query")
    window.expected = {"400"}
    write(page, "SELECT ?s\nWHERE { ?s ?p")
    page.get_by_role("button", name="Run").click()

    told = page.get_by_role("alert")
    told.wait_for()
    assert "does not parse" in told.inner_text()
    told.get_by_role("button", name="Go to line 2").click()
    assert page.evaluate("document.activeElement.closest('#query-editor') !== null")


def test_a_shared_link_brings_the_query_and_does_not_run_it(window, page):
    window.open(f"/query#query={quote('ASK { kg:mali ?p ?o }')}")

    assert "ASK { kg:mali ?p ?o }" in page.locator("#query-editor").inner_text()
    assert page.locator("#result").inner_text() == ""


def test_a_graph_is_shown_as_turtle(window, page):
    window.open("/query")
    write(page, "DESCRIBE kg:mali")
    page.get_by_role("button", name="Run").click()

    shown = page.locator("#result pre")
    shown.wait_for()
    assert "kg:mali" in shown.inner_text()


def test_another_viewpoint_changes_what_follows_and_stays(window, page):
    raising = "tension-raising event"
    window.open("/page/drone-incursion-2025")
    kinds = page.get_by_role("region", name="What follows")
    assert raising in kinds.inner_text()

    page.get_by_label("Whom to believe").select_option("undisputed")
    page.get_by_role("button", name="Switch").click()
    assert window.path() == "page/drone-incursion-2025?viewpoint=undisputed"
    assert raising not in page.locator("main").inner_text().partition("Cite and reuse")[0]

    page.get_by_role("link", name="Timeline").click()
    assert window.path() == "timeline?viewpoint=undisputed"


def test_from_the_timeline_to_an_event(window, page):
    window.open("/timeline")
    mark = page.locator("main svg a[href*='drone-shootdown-2025']").first
    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/page/drone-shootdown-2025")

    assert "shoot-down" in page.locator("h1").inner_text()


def test_a_filter_of_the_timeline_leaves_out_what_it_says(window, page):
    window.open("/timeline")
    before = page.locator("main table tbody tr").count()
    window.open("/timeline?since=2025")
    after = page.locator("main table tbody tr")

    assert 0 < after.count() < before
    assert page.get_by_label("From").input_value() == "2025"


def test_a_name_with_a_typo_is_found(window, page):
    window.open("/")
    search = page.get_by_role("combobox", name="Search by name")
    search.press_sequentially("Algerria")
    page.get_by_role("listbox", name="Suggestions").get_by_role("option").first.wait_for()
    search.press("ArrowDown")
    search.press("Enter")
    page.wait_for_url("**/page/algeria")

    assert page.locator("h1").inner_text() == "Algeria"


def test_a_search_gives_a_page_of_hits(window, page):
    window.open("/")
    search = page.get_by_role("combobox", name="Search by name")
    search.fill("embasy")
    search.press("Enter")
    page.wait_for_url("**/search?q=embasy")
    page.get_by_role("link", name="Embassy of Mali in Algiers").click()

    assert page.locator("h1").inner_text() == "Embassy of Mali in Algiers"


def test_a_question_is_asked_by_its_form(window, page):
    window.open("/queries")
    page.get_by_role("link", name="Which missions does a State send").click()
    page.locator("form.filters input[name=state]").fill("Algeria")
    page.locator("form.filters button[type=submit]").click()
    page.wait_for_url("**/queries/missions-of-state?*state=Algeria*")

    assert "Embassy of Algeria in Bamako" in page.locator("main table").inner_text()
    with page.expect_download() as download:
        page.locator(".formats").get_by_role("link", name="CSV", exact=True).click()
    assert "embassy-of-algeria-in-bamako" in download.value.path().read_text("utf-8")


def test_a_question_asked_wrongly_says_what_is_wrong(window, page):
    window.open("/queries/tension-raising-events?since=soon", status=400)

    assert "since" in page.get_by_role("alert").inner_text()
    assert page.locator("input[name=since]").input_value() == "soon"


def test_asking_and_switching_work_where_no_script_runs(browser, site):
    with opened(browser, site.url, java_script_enabled=False) as window:
        page = window.page
        window.open("/query")
        page.get_by_label("The query").fill(QUERY)
        page.get_by_role("button", name="Run").click()
        page.locator("#result table").wait_for()
        assert heads(page) == ["standing", "claims"]

        page.get_by_label("Whom to believe").select_option("undisputed")
        page.get_by_role("button", name="Switch").click()
        page.wait_for_url("**/query?*viewpoint=undisputed*")
        page.locator("#result table").wait_for()
        assert heads(page) == ["standing", "claims"]

        page.get_by_label("Search by name").fill("Bamakko")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("main").get_by_role("link", name="Bamako", exact=True).click()
        assert page.locator("h1").inner_text() == "Bamako"
