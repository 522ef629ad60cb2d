"""The decision on a pair of rows that may be one firm."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.enterprises.models import DuplicatePair

LONGEST_REASON = 200
SAME, DISTINCT = "same", "distinct"


class PairForm(forms.Form):
    """One firm or two; if one, which row is kept. `pair` has both rows loaded."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("判断"),
        choices=[(SAME, gettext_lazy("是同一家，合并")), (DISTINCT, gettext_lazy("不是同一家"))],
        widget=forms.RadioSelect,
    )
    kept = forms.ChoiceField(
        label=gettext_lazy("保留哪一条"),
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("合并后显示保留的名称和代码，另一条的名称和代码仍可查到"),
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, pair: DuplicatePair, data: Any = None) -> None:
        super().__init__(data)
        rows = [(pair.first, _("左")), (pair.second, _("右"))]
        self.fields["kept"].choices = [  # type: ignore[attr-defined]
            (row.public_id, f"{side}：{row.name} {row.credit_code or _('无代码')}") for row, side in rows
        ]

    def clean(self) -> dict[str, Any]:
        """A merge needs the row to keep."""
        cleaned = super().clean() or {}
        if cleaned.get("verdict") == SAME and not cleaned.get("kept") and "kept" not in self.errors:
            self.add_error("kept", ValidationError(_("请选择保留哪一条记录。"), code="kept"))
        return cleaned


class UndoForm(forms.Form):
    """Why a decision is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("撤销理由"), max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 2})
    )
