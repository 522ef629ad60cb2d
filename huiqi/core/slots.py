"""Places where pages of one app show parts offered by others. `config/wiring.py` fills them, once.

A page below may not import the apps above it; they hand it their parts through a slot instead:
the work menu, the tasks, ways and panels of the desk 办理台, the panels of a firm's page, the search.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from huiqi.core.addresses import address

BAR_PLACES = 4


@dataclass(frozen=True)
class MenuItem:
    """A line of the work menu: shown to whom `shown_to(request)` says yes.

    It is marked as current on its own page and on pages below its address; `also` names further pages
    (without arguments) that belong to it with all below them; `alone` leaves out what only happens to lie
    below its address. Lines with `on_bar` may stand at the bottom of a phone, the lowest numbers first.
    `count` is asked on every page, so it must be one cheap query; 0 shows nothing.
    """

    label: Any  # lazy text
    url_name: str
    icon: str
    shown_to: Callable[[HttpRequest], bool]
    also: tuple[str, ...] = ()
    on_bar: int = 0
    alone: bool = False
    count: Callable[[HttpRequest], int] | None = None


class MenuGroup(NamedTuple):
    """Lines of the work menu under one heading; a group without a line for the person is not shown."""

    title: Any  # lazy text
    items: tuple[MenuItem, ...]


@dataclass(frozen=True)
class MenuLine:
    """A line as one person sees it on one page. `current` is "page", "true" (a page below) or ""."""

    label: Any
    url: str
    icon: str
    current: str
    count: int
    on_bar: int


@dataclass(frozen=True)
class Menu:
    """The work menu of one person on one page."""

    groups: tuple[tuple[Any, tuple[MenuLine, ...]], ...]

    @property
    def lines(self) -> tuple[MenuLine, ...]:
        """All lines in order."""
        return tuple(line for _, lines in self.groups for line in lines)

    @property
    def bar(self) -> tuple[MenuLine, ...]:
        """The few lines at the bottom of a phone; the sheet beside them has the others."""
        meant = (line for line in self.lines if line.on_bar)
        return tuple(sorted(meant, key=lambda line: line.on_bar)[:BAR_PLACES])


@dataclass(frozen=True)
class Task:
    """One line of what waits for a person: what, how many, until when, where it is done.

    `note` says the first of several, or why; `is_late` that the day is past.
    """

    label: Any
    url: str
    count: int | None = None
    due: date | None = None
    note: Any = ""
    is_late: bool = False


class Way(NamedTuple):
    """Something a person can do here, whether or not something waits."""

    label: Any  # lazy text
    text: Any  # lazy text
    url_name: str
    icon: str
    shown_to: Callable[[HttpRequest], bool]


class Card(NamedTuple):
    """A thing in a person's charge (a firm) and the next useful step with it."""

    title: str
    url: str
    tag: Any
    step: Any
    step_url: str
    note: Any = ""


class Charge(NamedTuple):
    """The things in a person's charge, the way to all of them, and what to say when there is none."""

    title: Any
    cards: Sequence[Card]
    more_label: Any = ""
    more_url: str = ""
    empty: Task | None = None  # label and note say why there is none, url is where to go


class Step(NamedTuple):
    """A step of somebody's first days; ticked off once one of the audited `acts` was done by the person, or
    when `is_done` says so (one cheap query at most)."""

    label: Any  # lazy text
    text: Any  # lazy text
    url_name: str
    acts: frozenset[str] = frozenset()
    is_done: Callable[[HttpRequest], bool] | None = None


class Guide(NamedTuple):
    """The first days of a kind of person, until dismissed; `key` is what a dismissal remembers."""

    key: str
    steps: tuple[Step, ...]
    shown_to: Callable[[HttpRequest], bool]


@dataclass(frozen=True)
class Panel:
    """A part of somebody else's page.

    `context(request, subject)` gives the template's context, or None when there is nothing to show this
    reader; `subject` is what the page is about (a firm; None on the desk).
    """

    name: str
    template: str
    context: Callable[[HttpRequest, Any], dict[str, Any] | None]

    def render(self, request: HttpRequest, subject: Any) -> SafeString | None:
        """The panel's HTML, or None."""
        context = self.context(request, subject)
        if context is None:
            return None
        return render_to_string(self.template, {**context, "subject": subject}, request)


class Hit(NamedTuple):
    """One thing the search found."""

    label: str
    url: str
    note: str = ""


class Source(NamedTuple):
    """A kind of thing to search; `find(request, words, limit)` gives only what the asker may see.

    `list_url` names the page that lists the same things for `?q=words`, for when there are more.
    """

    title: Any  # lazy text
    find: Callable[[HttpRequest, str, int], Sequence[Hit]]
    list_url: str = ""


class Found(NamedTuple):
    """What one source found; `more_url` leads to the rest when the limit was reached."""

    title: Any
    hits: Sequence[Hit]
    more_url: str = ""


class Named(NamedTuple):
    """What an audited thing belongs to, in words, and its page where the reader may open it."""

    name: str
    url: str = ""


# An audited thing: its type (`enterprises.claim`) and public id.
Subject = tuple[str, str]


def _without_words(request: HttpRequest) -> Any:
    return ""


def _unnamed(request: HttpRequest, subjects: Collection[Subject]) -> Mapping[Subject, Named]:
    return {}


def _nobody(actor_id: str, door: str) -> Any:
    return None


def _never_private(words: str) -> bool:
    return False


@dataclass
class Slots:
    """What is offered on this site."""

    menu: list[MenuGroup] = field(default_factory=list)
    tasks: list[Callable[[HttpRequest], Iterable[Task]]] = field(default_factory=list)
    charges: list[Callable[[HttpRequest], Charge | None]] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    guides: list[Guide] = field(default_factory=list)
    news: list[Panel] = field(default_factory=list)  # of the desk, straight below what waits
    desk: list[Panel] = field(default_factory=list)
    firm: list[Panel] = field(default_factory=list)
    case: list[Panel] = field(default_factory=list)  # of the staff's page of a case
    own_case: list[Panel] = field(default_factory=list)  # of the requester's
    survey: list[Panel] = field(default_factory=list)  # of the page of a survey
    escalation: list[Panel] = field(default_factory=list)  # of the page of a stationed officer's escalation
    search: list[Source] = field(default_factory=list)
    # The post of the reader in words, for the head of the desk.
    post_words: Callable[[HttpRequest], Any] = _without_words
    # What to say to a person for whom nothing waits, "" for the usual sentence.
    idle_words: Callable[[HttpRequest], Any] = _without_words
    # What acts are called in the audit trail, by their code.
    acts: Mapping[str, Any] = field(default_factory=dict)
    # Which firm the things of a page of the trail are or belong to; a constant number of queries.
    subjects: Callable[[HttpRequest, Collection[Subject]], Mapping[Subject, Named]] = _unnamed
    # For whom somebody (a public id) acted who came in by a door: a huiqi.core.audit.Behalf, or None.
    behalf_at: Callable[[str, str], Any] = _nobody
    # Words that must not enter an address, such as a telephone number.
    is_private: Callable[[str], bool] = _never_private

    def menu_for(self, request: HttpRequest) -> Menu:
        """The lines this person sees, the current one marked."""
        shown = [
            (group.title, [item for item in group.items if item.shown_to(request)]) for group in self.menu
        ]
        current = _current(request.path, [item for _, items in shown for item in items])
        return Menu(
            tuple(
                (title, tuple(_line(item, item is current, request) for item in items))
                for title, items in shown
                if items
            )
        )


def _line(item: MenuItem, is_current: bool, request: HttpRequest) -> MenuLine:
    url = address(item.url_name)
    mark = ("page" if request.path == url else "true") if is_current else ""
    count = item.count(request) if item.count else 0
    return MenuLine(item.label, url, item.icon, mark, count, item.on_bar)


def _current(path: str, items: Sequence[MenuItem]) -> MenuItem | None:
    """The line whose address, or that of a page that belongs to it, is the longest beginning of the path."""
    best, length = None, 0
    for item in items:
        for name in (item.url_name, *item.also):
            beginning = address(name)
            fits = path == beginning if item.alone else path.startswith(beginning)
            if fits and len(beginning) > length:
                best, length = item, len(beginning)
    return best


SLOTS = Slots()


def render_panels(panels: Iterable[Panel], request: HttpRequest, subject: Any = None) -> list[SafeString]:
    """The HTML of all panels that have something to show."""
    drawn = (panel.render(request, subject) for panel in panels)
    return [html for html in drawn if html]
