from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from huiqi.enterprises import change_log
from huiqi.enterprises.search_index import FIRMS


class EnterprisesConfig(AppConfig):
    name = "huiqi.enterprises"
    verbose_name = "企业档案"

    def ready(self) -> None:
        """A later migration may rebuild the table on SQLite, which loses its triggers."""
        # The worker imports no view, so the kinds of jobs are registered here.
        from huiqi.enterprises import jobs  # noqa: F401, PLC0415  models must be loaded first
        from huiqi.enterprises.commands import duplicates  # noqa: F401, PLC0415

        post_migrate.connect(_restore_triggers, sender=self)


def _restore_triggers(using: str, plan: Any = (), **kwargs: Any) -> None:
    FIRMS.restore(connections[using])
    change_log.install(connections[using])
