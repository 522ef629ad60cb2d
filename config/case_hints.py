"""What cases may show before sending, from apps that stand beside them."""

from collections.abc import Sequence

from django.urls import reverse

from huiqi.cases.hints import Hint
from huiqi.core import clock
from huiqi.policies.queries.states import state_on
from huiqi.reference.judging import rulebook


def policies_in_force(ids: Sequence[str]) -> Sequence[Hint]:
    """The policies of a topic that are in force on the day of the site, with their public pages."""
    today = clock.today()
    known = (rulebook().policies.get(name) for name in ids)
    live = (policy for policy in known if policy is not None and state_on(policy, today, today)[0] == "live")
    return [Hint(policy.title, reverse("policies:policy", args=[policy.id])) for policy in live]
