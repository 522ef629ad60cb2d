"""The pytest plugin that switches the harness on for every test (loaded by conftest.py)."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from huiqi.reference.commands import load_reference
from tests.harness import cast, database, made_before, swap, templates
from tests.harness.console import console  # noqa: F401  a fixture

# Playwright runs an event loop in the main thread; Django would refuse the ORM beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


# Whoever asks for none of these is kept from the database by pytest-django.
_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that may not touch the database is `pure`: a run on the second database leaves it out. One that
    commits is about locks, transactions or threads, so the quick suite tries it on `both` databases."""
    for item in items:
        asked = item.get_closest_marker("django_db")
        if asked is None and not _DATABASE & set(item.fixturenames):
            item.add_marker("pure")
        elif (asked and asked.kwargs.get("transaction")) or "transactional_db" in item.fixturenames:
            item.add_marker("both")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite tests use a file, as the product does: threads then meet real locks, not a shared cache."""
    default = connections["default"].settings_dict
    if default["ENGINE"].endswith("sqlite3"):
        database = tmp_path_factory.mktemp("database") / "test.sqlite3"
        made_before.take(database)
        default["TEST"]["NAME"] = str(database)


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """Build on the tables that are there: on SQLite those of an earlier run, in a folder of this run."""
    is_file = connections["default"].settings_dict["ENGINE"].endswith("sqlite3")
    return is_file or bool(request.config.getvalue("reuse_db"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Divisions and industries are there, as on every installed site (a transactional test empties them)."""
    with django_db_blocker.unblock():
        load_reference(province="430000")
        default = connections["default"].settings_dict
        if default["ENGINE"].endswith("sqlite3"):
            connections["default"].close()
            made_before.keep(default["NAME"])


@pytest.fixture(scope="session", autouse=True)
def _strict_session() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        templates.make_templates_strict(patch)
        database.demand_of_in_locks(patch)
        database.shuffle_unordered(patch)
        database.forbid_writes_in_get(patch)
        database.let_the_flush_empty_audit_tables(patch)
        yield


@pytest.fixture
def assert_queries() -> Callable[[int], Any]:
    """`with assert_queries(3): …` fails unless exactly three queries run, and lists them."""
    return database.exactly


@pytest.fixture
def enter(db: None) -> Callable[[str], Client]:
    """`enter("editor")` is the signed-in browser of that person of the cast; `enter("visitor")` of nobody."""
    return lambda part: cast.enter(part)[0]


@pytest.fixture
def visitor(client: Client) -> Client:
    """A browser of somebody without an account; needs no database by itself."""
    return client


@pytest.fixture
def editor(db: None) -> Client:
    """The browser of 周敏, who edits policies."""
    return cast.enter("editor")[0]


@pytest.fixture
def admin(db: None) -> Client:
    """The browser of 刘洋, who administers the system."""
    return cast.enter("admin")[0]


@pytest.fixture
def open_page() -> type[swap.Page]:
    """`open_page(client, url)`: a page on which htmx requests can be triggered and checked."""
    return swap.Page
