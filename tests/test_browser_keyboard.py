"""The pages without a mouse: a way past the head, the order of the page, a focus one sees."""

from __future__ import annotations

import pytest

#: What has the focus: where it is in the page, its text, and how it shows that it has it.
FOCUSED = """() => {
    const one = document.activeElement;
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    const all = [...document.querySelectorAll("*")];
    return {
        place: all.indexOf(one),
        name: one.tagName.toLowerCase(),
        text: (one.textContent || one.name || "").trim().slice(0, 60),
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    };
}"""
PAGES = ["/", "/page/mali", "/timeline", "/map", "/queries/missions-of-state", "/search?q=mali"]


def stops(page, most):
    """Press Tab until the focus leaves the page; return where it stopped."""
    found = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["name"] == "body":
            break
        found.append(stop)
    return found


@pytest.mark.parametrize("path", PAGES)
def test_tab_follows_the_page_and_its_place_is_seen(window, path):
    window.page.emulate_media(reduced_motion="reduce")
    window.open(path)
    found = stops(window.page, 35)

    assert len(found) > 10
    assert [stop for stop in found if not (stop["outlined"] and stop["seen"])] == []
    places = [stop["place"] for stop in found]
    assert places == sorted(places)


def test_the_first_stop_leads_past_the_head(window):
    window.open("/page/mali")
    page = window.page
    (first,) = stops(page, 1)
    assert first["text"] == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_editor_lets_the_focus_out_both_ways(window):
    window.open("/query")
    page = window.page
    page.locator("#query-editor").click()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#query-editor') === null")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.closest('#query-editor') !== null")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.closest('#query-editor') === null")


def test_a_fact_and_its_proof_are_reached_by_keys_alone(window):
    window.open("/")
    page = window.page
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED)["text"].startswith("why it raises tension"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/why?*")

    assert "tension-raising event" in page.locator("h1").inner_text()


def test_a_suggestion_is_left_by_escape(window):
    window.open("/")
    page = window.page
    search = page.get_by_role("combobox", name="Search by name")
    search.press_sequentially("bamako")
    page.get_by_role("option").first.wait_for()
    assert search.get_attribute("aria-expanded") == "true"
    search.press("Escape")

    assert search.get_attribute("aria-expanded") == "false"
    assert page.get_by_role("listbox", name="Suggestions").count() == 0
