from django.apps import AppConfig


class HotlineConfig(AppConfig):
    name = "huiqi.hotline"
    verbose_name = "热线"
