from django.apps import AppConfig

from huiqi.core.personal import SEALED, SealedTexts


class PoliciesConfig(AppConfig):
    name = "huiqi.policies"
    verbose_name = "惠企政策"

    def ready(self) -> None:
        # The worker imports no view, so the kinds of jobs are registered here.
        from huiqi.policies import commands, jobs  # noqa: F401, PLC0415  models must be loaded first
        from huiqi.policies.models import Check  # noqa: PLC0415

        SEALED.append(SealedTexts(Check, "answers_sealed"))
