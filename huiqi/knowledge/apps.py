from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "huiqi.knowledge"
    verbose_name = "口径"
