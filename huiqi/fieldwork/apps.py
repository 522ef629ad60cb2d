from django.apps import AppConfig


class FieldworkConfig(AppConfig):
    name = "huiqi.fieldwork"
    verbose_name = "实地采集"

    def ready(self) -> None:
        # `huiqi retention` imports no view, so ends of retention are registered here.
        from huiqi.fieldwork.commands import retention  # noqa: F401, PLC0415  models must be loaded first
