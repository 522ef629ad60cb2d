from django.apps import AppConfig


class GrantsConfig(AppConfig):
    name = "huiqi.grants"
    verbose_name = "资金兑现"

    def ready(self) -> None:
        # The worker imports no view, so kinds of notices and ends of retention are registered here.
        from huiqi.grants import notices  # noqa: F401, PLC0415  models must be loaded first
        from huiqi.grants.commands import retention  # noqa: F401, PLC0415
