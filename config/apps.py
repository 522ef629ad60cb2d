from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The site as a whole: it has no rows; it connects the apps when all of them are loaded."""

    name = "config"
    verbose_name = "惠企"

    def ready(self) -> None:
        from config.wiring import wire  # noqa: PLC0415  models may be imported only now

        wire()
