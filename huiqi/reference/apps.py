from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "huiqi.reference"
    verbose_name = "基础代码"
