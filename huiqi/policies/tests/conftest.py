"""The code lists, loaded once: checks ask for industries and places."""

import pytest

from huiqi.reference.commands import load_reference


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        load_reference(province="430000")
