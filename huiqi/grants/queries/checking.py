"""What the checks of an application find: shared accounts, lists, exclusions. Looks, writes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from huiqi.enterprises.models.firm import Registration
from huiqi.grants.models import Application, ApplicationQuerySet, Finding
from huiqi.grants.queries.judging import Standing, policy_title
from huiqi.grants.workflow import State
from huiqi.reference import judging
from huiqi.rules.policy import excluded_by

_LIVE = {State.REFUSED, State.WITHDRAWN, State.DRAFT}
_SHARED = (
    (Finding.Kind.ACCOUNT, "account", "account_index"),
    (Finding.Kind.PHONE, "phone", "phone_index"),
    (Finding.Kind.ADDRESS, "address", "address_index"),
)


@dataclass(frozen=True)
class Found:
    """One thing found; `other` is the application it is shared with."""

    kind: str
    other: Application | None = None
    words: str = ""

    @property
    def key(self) -> tuple[str, int | None, str]:
        return self.kind, self.other.pk if self.other else None, self.words


def find_troubles(application: Application, standing: Standing) -> list[Found]:
    """All that is found on the day of the standing; a fixed number of queries."""
    return [
        *_shared(application),
        *_of_firm(application, standing),
        *_exclusions(application),
        *_unsettled(standing),
    ]


def _others(application: Application) -> ApplicationQuerySet:
    rows = Application.objects.exclude(state__in=_LIVE).exclude(pk=application.pk)
    return rows.select_related("enterprise", "call").order_by("pk")


def _shared(application: Application) -> Iterable[Found]:
    """The same account, telephone or address at another firm, in any call."""
    rows = _others(application).exclude(enterprise=application.enterprise)
    for kind, source, index in _SHARED:
        text = getattr(application, source)
        if text:
            for other in rows.filter(**{f"{index}__finds": text})[:20]:
                yield Found(kind, other)


def _of_firm(application: Application, standing: Standing) -> Iterable[Found]:
    firm = application.enterprise
    if standing.facts.get("severe_dishonesty") is True:
        yield Found(Finding.Kind.LISTED)
    if firm.registration != Registration.ACTIVE:
        yield Found(Finding.Kind.REGISTRATION, words=str(firm.get_registration_display()))


def _exclusions(application: Application) -> Iterable[Found]:
    """Policies one cannot have as well, and a second application under the same one."""
    policy = judging.rulebook().policies.get(application.call.policy)
    excluded = set(excluded_by(policy)) if policy else set()
    for other in _others(application).filter(enterprise=application.enterprise)[:20]:
        if other.call.policy in excluded:
            yield Found(Finding.Kind.EXCLUDED, other, policy_title(other.call.policy))
        elif other.call.policy == application.call.policy:
            yield Found(Finding.Kind.REPEATED, other, other.call.title)


def _unsettled(standing: Standing) -> Iterable[Found]:
    """The verdict rests on what the firm alone says."""
    explanation = standing.explanation
    if explanation.status == "eligible" and explanation.assurance == "claimed":
        yield Found(Finding.Kind.UNSETTLED)
