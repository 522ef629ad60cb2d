"""What is forgotten of a claim when its case is: the debtor's words. Sums, dates and the parties stay."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from huiqi.arrears.models import Claim
from huiqi.cases.commands.retention import ended_before
from huiqi.core.retention import Instants, keeps


def _claims(instants: Instants) -> QuerySet[Claim]:
    return Claim.objects.filter(case__ended_at__lt=ended_before(instants.at), answer_text__blank=False)


@keeps("arrears.claims", _("欠款单位的答复内容"), "arrears.Claim.answer_text", due=_claims)
def forget_answers(rows: list[Any]) -> None:
    """Empty what the debtors wrote."""
    Claim.objects.filter(pk__in=[row.pk for row in rows]).update(answer_text="")
