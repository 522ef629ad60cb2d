from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "huiqi.lists"
    verbose_name = "名单"
