"""The site on a database of its own for benchmarks of cases: rows that are there already are used."""

import os
from typing import Any


def open_site(folder: str) -> Any:
    """Set Django up on the database of HUIQI_TEST_DATABASE_URL, else on SQLite in `folder`; its tables are
    brought up to date. Returns the connection."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    os.environ.setdefault("HUIQI_DATA_DIR", folder)
    os.environ.setdefault("HUIQI_TEST_DATABASE_URL", f"sqlite:///{folder}/cases.sqlite3")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    return connection
