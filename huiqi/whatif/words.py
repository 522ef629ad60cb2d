"""Words of this app: what became of a firm, why, and whose policy it is."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.reference.judging import rulebook
from huiqi.whatif.estimating import AMOUNT
from huiqi.whatif.models import Scenario
from huiqi.whatif.variants import ADDED_ID, leaf_nodes

MOVES: Mapping[str, Any] = {
    "gained": gettext_lazy("新符合"),
    "lost": gettext_lazy("不再符合"),
    "settled": gettext_lazy("由缺数据变为符合"),
    "doubted": gettext_lazy("由符合变为缺数据"),
    "opened": gettext_lazy("由不符合变为缺数据"),
    "closed": gettext_lazy("由缺数据变为不符合"),
    "more": gettext_lazy("金额增加"),
    "less": gettext_lazy("金额减少"),
    "priced": gettext_lazy("金额由待算变为可算"),
    "unpriced": gettext_lazy("金额由可算变为待算"),
}
# The first two are winners and losers beyond doubt; the rest are told beside them.
PLAIN = ("gained", "lost", "more", "less")
STATUSES: Mapping[str, Any] = {
    "eligible": gettext_lazy("初步符合"),
    "unknown": gettext_lazy("缺数据"),
    "ineligible": gettext_lazy("不符合"),
}


def reason_words(scenario: Scenario) -> dict[str, str]:
    """For each condition its text, with what the scenario does to it."""
    changes = scenario.changed
    found = {AMOUNT: _("金额算法或标准变了")}
    for leaf in leaf_nodes(scenario.content["conditions"]):
        name = str(leaf["id"])
        dropped = name in changes.conditions and not changes.conditions[name].strip()
        found[name] = _("取消条件：%s") % leaf["text"] if dropped else str(leaf["text"])
    for at, one in enumerate(changes.added_conditions, 1):
        found[f"{ADDED_ID}{at}"] = _("新增条件：%s") % one.text
    return found


def policy_title(policy_id: str) -> str:
    policy = rulebook().policies.get(policy_id)
    return policy.title if policy is not None else policy_id


def is_ours(scenario: Scenario) -> bool:
    """Whether the office decides the policy itself."""
    return str(scenario.content.get("role")) == "decide"
