from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "huiqi.cases"
    verbose_name = "诉求办理"

    def ready(self) -> None:
        # The worker imports no view, so kinds of notices, of jobs and ends of retention register here.
        from huiqi.cases import jobs, notices  # noqa: F401, PLC0415  models must be loaded first
        from huiqi.cases.commands import retention  # noqa: F401, PLC0415
