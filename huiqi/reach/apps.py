from django.apps import AppConfig


class ReachConfig(AppConfig):
    name = "huiqi.reach"
    verbose_name = "政策直达"

    def ready(self) -> None:
        # The worker imports no view, so kinds of notices and of jobs are registered here.
        from huiqi.reach import jobs, notices  # noqa: F401, PLC0415  models must be loaded first
