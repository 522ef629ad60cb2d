"""Forms of the access review and the audit trail."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.models import Decision
from huiqi.accounts.queries.trail import actor_ids, acts_known
from huiqi.core.fields import DateField, with_blank
from huiqi.core.models import AuditRecord
from huiqi.core.trail.reading import audit_trail


class LineForm(forms.Form):
    """Keep or withdraw, and why."""

    decision = forms.ChoiceField(choices=Decision.choices)
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """Withdrawing needs a reason."""
        cleaned = super().clean() or {}
        if cleaned.get("decision") == Decision.WITHDRAWN and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("收回权限请写明理由，如：已调离、长期不用。"))
        return cleaned


class AuditFilter(forms.Form):
    """Which records; nonsense in the address is ignored."""

    who = forms.CharField(label=gettext_lazy("行为人的账号或姓名"), required=False, max_length=60)
    act = forms.ChoiceField(label=gettext_lazy("行为"), required=False)
    since = DateField(label=gettext_lazy("从"), required=False)
    until = DateField(label=gettext_lazy("到"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["act"].choices = with_blank(acts_known(), _("全部行为"))  # type: ignore[attr-defined]

    def found(self) -> QuerySet[AuditRecord]:
        """The records, the newest first."""
        self.is_valid()
        got = self.cleaned_data
        since, until = got.get("since"), got.get("until")
        rows: QuerySet[AuditRecord] = audit_trail(
            act=got.get("act", ""),
            since=_start(since) if since else None,
            until=_start(until + timedelta(days=1)) if until else None,
        )
        who = got.get("who", "")
        return rows.filter(actor_id__in=actor_ids(who)) if who else rows


def _start(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
