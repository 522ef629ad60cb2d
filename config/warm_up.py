"""What a web process does once, before the first visitor."""

from django.urls import get_resolver

from huiqi.core import clock
from huiqi.reference import judging


def warm_up() -> None:
    """Import every view and compile the rulebook for the site's reference date."""
    _ = get_resolver().url_patterns
    judging.judge(clock.today())
