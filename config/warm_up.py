"""What a web process does once, before the first visitor."""

import gc

from django.urls import get_resolver

from huiqi.core import clock
from huiqi.reference import judging

# More than any page leaves behind; what is left for the collector until then is a few megabytes.
OBJECTS_OF_A_PAGE = 25_000


def warm_up() -> None:
    """Import every view, compile the rulebook for the site's reference date, and set both apart.

    What is loaded once lives as long as the process. Left among the rest, it is looked through whenever the
    collector makes its full round, a tenth of a second in the middle of somebody's page, and the round writes
    to memory that workers of one parent would share. What a page makes then dies with its references; looking
    for cycles at every seven hundredth object, as Python does unasked, cost a fifth of a page's time.
    """
    _ = get_resolver().url_patterns
    judging.judge(clock.today())
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_OF_A_PAGE, 20, 20)
