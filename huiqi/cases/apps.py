from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from huiqi.cases import figure_watch
from huiqi.cases.search_index import CASES


class CasesConfig(AppConfig):
    name = "huiqi.cases"
    verbose_name = "诉求办理"

    def ready(self) -> None:
        # The worker imports no view, so kinds of notices, of jobs and ends of retention register here.
        from huiqi.cases import jobs, notices  # noqa: F401, PLC0415  models must be loaded first
        from huiqi.cases.commands import retention  # noqa: F401, PLC0415

        post_migrate.connect(_restore_triggers, sender=self)


def _restore_triggers(using: str, plan: Any = (), **kwargs: Any) -> None:
    """A migration that rebuilds a table on SQLite loses its triggers."""
    connection = connections[using]
    CASES.restore(connection)
    if figure_watch.BLOCKS in connection.introspection.table_names():
        figure_watch.install(connection)
