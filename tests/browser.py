"""A real browser that reaches this machine alone; its pages remember what went wrong on them."""

from __future__ import annotations

import os
import re
import shutil
import signal
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from pyoxigraph import NamedNode

from kg.namespaces import PREFIXES, RDF, REL
from kg.web.links import Links

#: What a distribution calls it.
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_OPTIONS = (
    # A container has no user namespaces to build a sandbox of.
    "--no-sandbox",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_TOLD = "addEventListener('securitypolicyviolation', e => kgViolation("
_LISTEN = _TOLD + "`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile || ''} ${e.sample}`))"
#: How a browser says that a page came with an error status, which a test may have asked for.
_STATUS = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
_AXE = {
    "resultTypes": ["violations"],
    # It would fetch style sheets once more.
    "preload": False,
}
_GRAVE = {"serious", "critical"}
#: Scripts that wait for the page, or for each other, have had their turn.
_MOMENT = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))"


class Window:
    """A page of a browser, with what a user would find wrong with it.

    Args:
        page: of Playwright.
        base: the address of the server, with the last slash.
    """

    def __init__(self, page, base):
        self.page, self.base = page, base
        self.faults = []
        #: The requests that have no answer yet.
        self.waiting = set()
        #: The error statuses that a test asks for.
        self.expected = set()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: raised {error}"))
        page.on("request", self._request)
        page.on("requestfinished", self._answered)
        page.on("requestfailed", self._answered)
        page.on("dialog", self._dialog)

    def open(self, path="", status=200):
        """Go to a path below the server's address, and hold the status of its answer."""
        self.expected = {str(status)} if status >= 400 else set()
        response = self.page.goto(self.base + path.lstrip("/"))
        assert response.status == status, f"/{path.lstrip('/')}: {response.status}"
        return response

    def settle(self):
        """Wait until the page has got all that it asks for of its own accord."""
        self.page.wait_for_load_state("load")
        for _ in range(300):
            self.page.evaluate(_MOMENT)
            if not self.waiting:
                return
        raise AssertionError(f"{self.page.url}: no answer to {self.waiting}")

    def violated(self, what):
        self.faults.append(f"{self.page.url}: content security policy: {what}")

    def unreadable(self):
        """Return what axe-core finds serious or critical on the page as it is shown now."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page, options=_AXE).response["violations"]
        return [
            f"{one['id']} ({one['impact']}): {node['target']} {node['failureSummary']}"
            for one in found
            if one["impact"] in _GRAVE
            for node in one["nodes"]
        ]

    def wider_than_the_screen(self):
        """Tell what makes the page scroll sideways; empty where nothing does."""
        return self.page.evaluate(
            """() => {
                const screen = document.documentElement.clientWidth;
                if (document.documentElement.scrollWidth <= screen) return [];
                const wide = [...document.querySelectorAll("body *")]
                    .filter((one) => one.getBoundingClientRect().right > screen + 1);
                return [`${document.documentElement.scrollWidth} px`, ...wide.slice(0, 5)
                    .map((one) => one.outerHTML.slice(0, 120))];
            }"""
        )

    def path(self):
        """Return where the page is now, without the server's address."""
        return self.page.url.removeprefix(self.base)

    def _console(self, message):
        status = _STATUS.match(message.text)
        if message.type in {"error", "warning"} and not (status and status[1] in self.expected):
            self.faults.append(f"{self.page.url}: console: {message.text}")

    def _request(self, request):
        self.waiting.add(request)
        parts = urlsplit(request.url)
        inside = parts.scheme in {"data", "blob"} or request.url.startswith(self.base)
        if not inside:
            self.faults.append(f"{self.page.url}: asked {request.url}")

    def _answered(self, request):
        self.waiting.discard(request)

    def _dialog(self, dialog):
        self.faults.append(f"{self.page.url}: opened a dialog: {dialog.message}")
        dialog.dismiss()


def why_raising(slug, **options):
    """Return the address of the proof that an event raises tension."""
    event = NamedNode(PREFIXES["kg"] + slug)
    return Links().why((event, RDF.type, REL.TensionRaisingEvent), **options)


def executable():
    """Return the path of a Chromium, or skip the test and say why."""
    named = os.environ.get("KG_BROWSER")
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        pytest.skip("no Chromium on the path, and KG_BROWSER names none")
    return found


@contextmanager
def launched():
    """Run a browser, and end it."""
    path = executable()
    from playwright.sync_api import sync_playwright

    before = signal.getsignal(signal.SIGINT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_OPTIONS))
        try:
            yield browser
        finally:
            browser.close()
    signal.signal(signal.SIGINT, before)


@contextmanager
def opened(browser, base, **options):
    """Open a window of its own: nothing is kept from others; what went wrong fails the test.

    Args:
        browser: of Playwright.
        base: the address of the server.
        options: of the context, such as ``java_script_enabled``.

    Yields:
        The window.
    """
    context = browser.new_context(**options)
    try:
        page = context.new_page()
        window = Window(page, base)
        context.expose_binding("kgViolation", lambda _, what: window.violated(what))
        context.add_init_script(_LISTEN)
        context.set_default_timeout(15_000)
        yield window
        assert not window.faults, "\n".join(window.faults)
    finally:
        context.close()


@pytest.fixture(scope="module")
def browser():
    """One browser for the tests of a file: as long as it is there, its event loop runs."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def site(request):
    """The graph that kg ships, served; without a browser no server is started."""
    executable()
    return request.getfixturevalue("served")


@pytest.fixture
def window(browser, site):
    """A window on the graph that kg ships."""
    with opened(browser, site.url) as window:
        yield window
