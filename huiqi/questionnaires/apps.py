from django.apps import AppConfig


class QuestionnairesConfig(AppConfig):
    name = "huiqi.questionnaires"
    verbose_name = "问卷"

    def ready(self) -> None:
        # A page shows notices of every kind, whatever else its process has loaded.
        from huiqi.questionnaires import notice_kinds  # noqa: F401, PLC0415
