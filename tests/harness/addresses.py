"""Every address of the site, read from the URLconf, so that a test can demand an answer for each."""

from collections.abc import Iterator
from typing import NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver


class Address(NamedTuple):
    """A named route: `policies:policy`, `policies/<str:policy_id>/`."""

    name: str
    route: str


def addresses() -> list[Address]:
    """All routes, namespaces in front of their names; a route without a name is called after its pattern."""
    return sorted(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list[URLPattern | URLResolver], namespace: str, before: str) -> Iterator[Address]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, route)
        else:
            yield Address(f"{namespace}{pattern.name}" if pattern.name else f"{namespace}{route}", route)
