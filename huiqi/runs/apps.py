from collections.abc import Sequence

from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "huiqi.runs"
    verbose_name = "全省测算"

    def ready(self) -> None:
        # The worker imports no view, so the kinds of long work are registered here.
        from huiqi.enterprises.listeners import listen  # noqa: PLC0415
        from huiqi.runs import jobs  # noqa: F401, PLC0415  models must be loaded first

        listen(_rejudge)


def _rejudge(enterprise_ids: Sequence[int]) -> None:
    # Judging loads pyarrow, which a site that writes no firm need not wait for.
    from huiqi.runs.commands.rejudging import note_written  # noqa: PLC0415

    note_written(enterprise_ids)
