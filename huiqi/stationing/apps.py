from django.apps import AppConfig


class StationingConfig(AppConfig):
    name = "huiqi.stationing"
    verbose_name = "驻企联络"
