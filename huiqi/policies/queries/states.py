"""Whether a policy counts on a day, as far as was known on another."""

from datetime import date

from huiqi.rules import editions
from huiqi.rules.policy import Edition, Policy


def state_on(policy: Policy, on: date, known_on: date) -> tuple[str, Edition | None]:
    """`live`, `not_in_force` (not yet begun or published) or `ended`, and the edition that tells.

    Only editions known on `known_on` count: nobody could rely on a later notice.
    """
    edition = editions.choose(policy, on, known_on)
    if edition is not None:
        return "live", edition
    past = [one for one in policy.editions if one.is_known(known_on) and one.to is not None and one.to < on]
    if past:
        return "ended", past[-1]
    return "not_in_force", policy.editions[0] if policy.editions else None
