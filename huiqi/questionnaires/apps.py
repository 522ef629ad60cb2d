from django.apps import AppConfig


class QuestionnairesConfig(AppConfig):
    name = "huiqi.questionnaires"
    verbose_name = "问卷"
