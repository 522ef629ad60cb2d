"""Run acts at the same moment in threads of their own, each with its own database connection."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import connections


def together(*acts: Callable[[], Any]) -> list[Any]:
    """What each act returned, or the exception it raised, in the order given."""
    start = Barrier(len(acts), timeout=30)
    outcomes: list[Any] = [None] * len(acts)

    def perform(place: int, act: Callable[[], Any]) -> None:
        try:
            start.wait()
            outcomes[place] = act()
        except Exception as error:
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=perform, args=pair, daemon=True) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "two acts wait for each other"
    return outcomes
