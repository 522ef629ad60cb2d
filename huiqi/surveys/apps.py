from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "huiqi.surveys"
    verbose_name = "问卷调查"

    def ready(self) -> None:
        # `huiqi retention` imports no view, so ends of retention are registered here.
        from huiqi.surveys.commands import retention  # noqa: F401, PLC0415  models must be loaded first
