import pytest

from huiqi.reference.commands import load_reference


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Load the code lists once for the session: they are the same for every test and slow to load."""
    with django_db_blocker.unblock():
        load_reference(province="430000")
