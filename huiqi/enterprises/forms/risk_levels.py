"""Recording the risk level of a county, one or a table of them."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.scope import Scope
from huiqi.core.fields import AheadSelect, DateField, with_blank
from huiqi.files.fields import UploadField
from huiqi.files.uploads import UploadKind
from huiqi.reference.models import RiskLevel
from huiqi.reference.queries import counties
from huiqi.reference.risk_levels import NewLevel


class RiskLevelForm(forms.Form):
    """One decision about one county; only counties of the office's region can be chosen."""

    county = forms.ChoiceField(
        label=_("县（市、区）"), widget=AheadSelect(), error_messages={"required": _("请选县（市、区）。")}
    )
    level = forms.ChoiceField(
        label=_("风险等级"), choices=RiskLevel.Level.choices, widget=forms.RadioSelect()
    )
    valid_from = DateField(label=_("从哪天起"), error_messages={"required": _("请填从哪天起。")})
    valid_to = DateField(
        label=_("到哪天止"), required=False, help_text=_("含当天。不知道就不填，以后另有决定时再登记一条。")
    )
    document = forms.CharField(
        label=_("依据文号"),
        max_length=80,
        help_text=_("当地指挥部公布等级的通告或文号。"),
        error_messages={"required": _("请填依据的通告或文号，没有依据的等级不登记。")},
    )
    known_on = DateField(label=_("公布日期"), error_messages={"required": _("请填公布日期。")})

    def __init__(self, scope: Scope, today: date, data: Any = None) -> None:
        super().__init__(data, initial={"known_on": today, "valid_from": today})
        self.today = today
        rows = [(row.code, row.full_name) for row in counties().order_by("code")]
        mine = [(code, name) for code, name in rows if scope.admits(code, None)]
        self.fields["county"].choices = with_blank(mine, _("请选择"))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The days must be in order, and what is not public yet is not recorded."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("截止日期早于开始日期，请核对。"))
        known = cleaned.get("known_on")
        if known and known > self.today:
            self.add_error("known_on", _("公布日期在今天之后。还没有公布的，公布后再登记。"))
        return cleaned

    @property
    def new(self) -> NewLevel:
        """What was typed."""
        return NewLevel(**{key: self.cleaned_data[key] for key in NewLevel.__dataclass_fields__})


class RiskTableForm(forms.Form):
    """A spreadsheet of levels."""

    file = UploadField(
        kinds=(UploadKind.XLSX, UploadKind.CSV),
        label=_("等级表"),
        error_messages={"required": _("请选择要上传的表格。")},
    )
