from django.apps import AppConfig

from huiqi.core.personal import SEALED, SealedTexts


class AccountsConfig(AppConfig):
    name = "huiqi.accounts"
    verbose_name = "用户"

    def ready(self) -> None:
        """The second factors' secrets are ours to encrypt (adapters.FactorAdapter), so ours to rotate."""
        from allauth.mfa.models import Authenticator  # noqa: PLC0415  models must be loaded first

        # The worker imports no view, so the kinds of jobs are registered here.
        from huiqi.accounts import jobs  # noqa: F401, PLC0415
        from huiqi.accounts.commands import retention  # noqa: F401, PLC0415

        SEALED.append(SealedTexts(Authenticator, "data", ("secret", "seed")))
