"""Whether an amount may be kept with the arrival of a relief. Pure.

Figures of tax and of social insurance are not the office's to hold (they lie with their authorities): for a
policy decided by those, and by funds that live on premiums, only status, reason and date are taken.
"""

from huiqi.rules.policy import Policy

# Words in the name of the deciding authority. "担保" and "银行" are not among them: what a bank lends under a
# policy may be told with the firm's consent, but only when the office asks for it.
NOT_OURS = ("税", "人力资源", "社会保险", "医疗保障", "公积金", "残联")
# Natures whose arrival is a sum paid out. A saving or a deferral is a figure of the firm's own return.
PAID_OUT = ("cash",)


def may_keep_amount(policy: Policy) -> bool:
    """True only for money paid out by an authority whose figures the office may hold."""
    return policy.benefit.nature in PAID_OUT and not any(word in policy.authority for word in NOT_OURS)


def is_decided_by_others(policy: Policy) -> bool:
    """Policies that the office decides itself are granted, not handed over."""
    return policy.role != "decide"
