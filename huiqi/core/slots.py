"""Places where pages of one app show parts offered by others. `config/wiring.py` fills them, once.

A page below may not import the apps above it; they hand it their parts through a slot instead:
the work menu, the panels of the desk 办理台, the panels of a firm's page, the sources of the search.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


class MenuItem(NamedTuple):
    """A line of the work menu: shown to whom `shown_to(request)` says yes."""

    label: Any  # lazy text
    url_name: str
    icon: str
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
    """A kind of thing to search; `find(request, words, limit)` gives only what the asker may see."""

    title: Any  # lazy text
    find: Callable[[HttpRequest, str, int], Sequence[Hit]]


@dataclass
class Slots:
    """What is offered on this site."""

    menu: list[MenuItem] = field(default_factory=list)
    desk: list[Panel] = field(default_factory=list)
    firm: list[Panel] = field(default_factory=list)
    search: list[Source] = field(default_factory=list)

    def menu_for(self, request: HttpRequest) -> list[MenuItem]:
        """The lines this person sees."""
        return [item for item in self.menu if item.shown_to(request)]


SLOTS = Slots()


def render_panels(panels: Iterable[Panel], request: HttpRequest, subject: Any = None) -> list[SafeString]:
    """The HTML of all panels that have something to show."""
    drawn = (panel.render(request, subject) for panel in panels)
    return [html for html in drawn if html]
