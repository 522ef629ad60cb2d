from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "huiqi.files"
    verbose_name = "文件"
