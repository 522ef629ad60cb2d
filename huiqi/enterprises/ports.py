"""How a person proves by an identity of the state that they act for a firm: a port, vendors later.

An adapter is named by the setting HUIQI_IDENTITY_PORT (a dotted path); empty: no such proof is offered. A
real one (unified identity of the province, the electronic licence of the regulator) lives in `edges`.
"""

from functools import lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class IdentityPort(Protocol):
    """A provider that can say for which credit code a person is entitled to act."""

    label: Any  # lazy text: what the person is asked to use

    def start(self, claim_id: str) -> str:
        """What the person is shown to begin with: words, or an address to go to."""

    def proves(self, claim_id: str, credit_code: str, answer: str) -> bool:
        """Whether `answer`, what came back for this claim, proves the right to act for the code."""


class DemoLicence:
    """The demonstration's electronic licence: the person retypes the firm's credit code, as a scan would.

    Credit codes are public, hence identity_port offers it on no site but a demo, whatever is set.
    """

    is_for_demo = True
    label = _("电子营业执照（演示：不连接任何真实系统）")

    def start(self, claim_id: str) -> str:
        return str(_("演示：输入本企业的统一社会信用代码，代替用手机扫电子营业执照。"))

    def proves(self, claim_id: str, credit_code: str, answer: str) -> bool:
        return bool(credit_code) and answer == credit_code


@lru_cache(maxsize=4)
def _adapter(path: str) -> IdentityPort:
    adapter: IdentityPort = import_string(path)()
    return adapter


def identity_port() -> IdentityPort | None:
    """The provider of this site, or None."""
    path = settings.HUIQI_IDENTITY_PORT
    port = _adapter(path) if path else None
    return None if getattr(port, "is_for_demo", False) and not settings.HUIQI_DEMO else port
