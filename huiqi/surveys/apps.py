from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "huiqi.surveys"
    verbose_name = "问卷调查"

    def ready(self) -> None:
        # `huiqi retention` and the worker import no view, so ends of retention and jobs are registered here.
        from huiqi.surveys import jobs, result_jobs  # noqa: F401, PLC0415  models must be loaded first
        from huiqi.surveys.commands import retention  # noqa: F401, PLC0415
