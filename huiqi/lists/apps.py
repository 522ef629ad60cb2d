from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "huiqi.lists"
    verbose_name = "名单"

    def ready(self) -> None:
        # The worker imports no view, so the kinds of jobs are registered here.
        from huiqi.lists import comparison_jobs, jobs  # noqa: F401, PLC0415  models must be loaded first
        from huiqi.lists.commands import retention  # noqa: F401, PLC0415
