from django.apps import AppConfig


class HotlineConfig(AppConfig):
    name = "huiqi.hotline"
    verbose_name = "热线"

    def ready(self) -> None:
        # `huiqi retention` imports no view, so ends of retention are registered here.
        from huiqi.hotline.commands import retention  # noqa: F401, PLC0415  models must be loaded first
