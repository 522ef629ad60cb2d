"""A real Chromium on a live server; every page is watched for complaints, blocked content and scroll."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = ROOT / "var" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (1280, 390)
HEIGHT = {1280: 900, 390: 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


def _skip(why: str) -> None:
    if os.environ.get("HUIQI_REQUIRE_BROWSER", "") not in {"", "0"}:
        pytest.fail(why)
    pytest.skip(f"SKIPPED: {why}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the session; skipped loudly where there is none or nothing is built."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        _skip(
            "Chromium is not installed, so no page was tried in a browser (Debian: apt-get install chromium)"
        )
    if not (ROOT / "static" / "build" / "public.css").exists():
        _skip("the assets are not built (make setup), so no page was tried in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page with everything that went wrong on it."""

    page: Page
    base: str
    width: int
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str, *, status: int = 200) -> Page:
        """Open an address of the site and wait until it is quiet."""
        expected = len(self.complaints)
        response = self.page.goto(self.base + path, wait_until="load")
        assert response is not None
        assert response.status == status, path
        if status >= 400:
            # Chromium reports the wanted error status of the document itself on the console.
            del self.complaints[expected:]
        return self.page

    def note(self, message: ConsoleMessage) -> None:
        """Keep what the console says of errors, which includes every breach of the CSP."""
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def note_failure(self, url: str, why: str) -> None:
        """Keep what could not be fetched; a request that the page's own leaving ended is no failure."""
        if "ERR_ABORTED" not in why:
            self.complaints.append(f"failed: {url} {why}")

    def shoot(self, name: str) -> None:
        """Keep a picture of the whole page for people to look at."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(SHOTS / f"{name}-{self.width}.png"), full_page=True)

    def assert_calm(self) -> None:
        """Nothing was complained about and nothing sticks out of the page sideways."""
        assert self.complaints == []
        wide = self.page.evaluate(
            """() => {
              const room = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= room) return [];
              return [...document.querySelectorAll('body *')]
                .filter(e => e.getBoundingClientRect().right > room + 1)
                .map(e => e.tagName + '.' + e.className + ' ' + Math.round(e.getBoundingClientRect().right))
                .slice(0, 10).concat('scroll width ' + document.documentElement.scrollWidth);
            }"""
        )
        assert wide == [], f"{self.page.url} scrolls sideways at {self.page.viewport_size}"

    def assert_accessible(self) -> None:
        """axe-core finds nothing, best practices included."""
        # Evaluated by the debugger, not added to the page: the page's CSP stays as strict as it is.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        )
        told = [
            f"{each['id']} ({each['impact']}): {node['target']} {node['failureSummary']}"
            for each in found
            for node in each["nodes"]
        ]
        assert told == [], self.page.url


@pytest.fixture(scope="session")
def site(django_db_setup: None, request: pytest.FixtureRequest) -> Any:
    """The live server, started only when the database's file is known; else it would share a connection."""
    return request.getfixturevalue("live_server")


@pytest.fixture
def browse(chromium: Browser, site: Any, transactional_db: None) -> Iterator[Callable[..., Watched]]:
    """`browse(390)` opens a phone-wide page; `person="editor"` signs that person of the cast in."""
    contexts: list[BrowserContext] = []
    _load_code_lists()

    def open_browser(
        width: int = 1280, *, person: str = "visitor", scripts: bool = True, **options: Any
    ) -> Watched:
        size = {"width": width, "height": HEIGHT.get(width, 900)}
        context = chromium.new_context(
            viewport=options.pop("viewport", size),
            java_script_enabled=scripts,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            is_mobile=False,
            **options,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        if person != "visitor":
            context.add_cookies([_session_cookie(person, site.url)])
        watched = Watched(context.new_page(), site.url, width)
        watched.page.on("console", watched.note)
        watched.page.on("pageerror", lambda error: watched.complaints.append(f"uncaught: {error}"))
        watched.page.on(
            "requestfailed",
            lambda request: watched.note_failure(request.url, str(request.failure)),
        )
        return watched

    yield open_browser
    for context in contexts:
        context.close()


def _load_code_lists() -> None:
    """The test before this one emptied the database."""
    from huiqi.reference.commands import load_reference  # noqa: PLC0415  needs Django's apps, see below

    load_reference(province="430000")


def _session_cookie(person: str, url: str) -> dict[str, str]:
    # Imported late: the people need Django's apps, which are not ready when pytest reads this file.
    from tests.harness.cast import enter  # noqa: PLC0415

    client, _ = enter(person)
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}
