from django.apps import AppConfig


class ArrearsConfig(AppConfig):
    name = "huiqi.arrears"
    verbose_name = "清欠"

    def ready(self) -> None:
        # The worker imports no view, so kinds of notices and ends of retention are registered here.
        from huiqi.arrears import notices  # noqa: F401, PLC0415  models must be loaded first
        from huiqi.arrears.commands import retention  # noqa: F401, PLC0415
