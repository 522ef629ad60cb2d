from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "huiqi.cases"
    verbose_name = "诉求办理"

    def ready(self) -> None:
        # The worker imports no view, so kinds of notices (and of jobs) are registered here.
        from huiqi.cases import jobs, notices  # noqa: F401, PLC0415  models must be loaded first
