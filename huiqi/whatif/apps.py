from django.apps import AppConfig


class WhatifConfig(AppConfig):
    name = "huiqi.whatif"
    verbose_name = "政策测算"

    def ready(self) -> None:
        # The worker imports no view, so the kinds of long work are registered here.
        from huiqi.whatif import jobs  # noqa: F401, PLC0415  models must be loaded first
