"""What a web process does once, before the first visitor."""

import gc

from django.urls import get_resolver

from huiqi.core import clock
from huiqi.reference import judging


def warm_up() -> None:
    """Import every view, compile the rulebook for the site's reference date, and set both apart.

    What is loaded once lives as long as the process. Left among the rest, it is looked through whenever the
    collector makes its full round, a tenth of a second in the middle of somebody's page, and the round writes
    to memory that workers of one parent would share.
    """
    _ = get_resolver().url_patterns
    judging.judge(clock.today())
    gc.collect()
    gc.freeze()
