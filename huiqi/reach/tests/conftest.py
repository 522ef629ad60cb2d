"""What all tests of this app share."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client


@pytest.fixture(autouse=True)
def jobs_at_once(django_capture_on_commit_callbacks: Any) -> Iterator[None]:
    """Work that a page starts is done when the request is."""
    post = Client.post

    def posting(self: Client, *args: Any, **more: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return post(self, *args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "post", posting)
        yield
