"""Forms of the ledger: a month's figures, a unit's duty, a table, the year's target."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.models import Unit
from huiqi.arrears.commands.ledger import MonthFigures, fault_of
from huiqi.arrears.models import MonthReport, MonthRow
from huiqi.arrears.regimes import book
from huiqi.core.fields import AheadSelect, CountField, DateField, MoneyField
from huiqi.core.language import worded
from huiqi.core.money import format_yuan
from huiqi.files.fields import UploadField
from huiqi.files.uploads import UploadKind

MOST_COUNT = 1_000_000


class MonthForm(forms.Form):
    """One month of one unit: a group of boxes for each kind, named `<kind>-<part>`, or the zero report."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    is_zero = forms.BooleanField(label=gettext_lazy("零报告：本月没有拖欠中小企业的款项"), required=False)

    def __init__(self, data: Any = None, *, report: MonthReport | None, last: Mapping[str, MonthRow]) -> None:
        super().__init__(data)
        self.rules = book().ledger
        self.initial["version"] = report.version if report else 0
        self.initial["is_zero"] = bool(report and report.is_zero)
        rows = {row.kind: row for row in report.rows.all()} if report else {}
        for kind in self.rules.kinds:
            self._add(kind, rows.get(kind), last.get(kind))

    def _add(self, kind: str, row: MonthRow | None, last: MonthRow | None) -> None:
        hint = (
            _("上月余额 %(yuan)s元") % {"yuan": format_yuan(last.remaining).removesuffix("元")}
            if last
            else ""
        )
        self.fields[f"{kind}-count"] = CountField("笔", high=MOST_COUNT, required=False, label=_("拖欠笔数"))
        labels = {"amount": _("拖欠金额"), "paid": _("本月支付")}
        labels |= {f"band_{index}": band for index, band in enumerate(self.rules.bands)}
        for part, label in labels.items():
            money = MoneyField(required=False, label=label, help_text=hint if part == "amount" else "")
            self.fields[f"{kind}-{part}"] = money
        if row is not None:
            for part in ("count", *labels):
                self.initial[f"{kind}-{part}"] = getattr(row, part)

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField], list[forms.BoundField]]]:
        """For the template: each kind with its amounts and its bands."""
        return [
            (
                title,
                [self[f"{kind}-{part}"] for part in ("count", "amount", "paid")],
                [self[f"{kind}-band_{index}"] for index in range(len(self.rules.bands))],
            )
            for kind, title in self.rules.kinds.items()
        ]

    def clean(self) -> dict[str, Any]:
        """Every filled row adds up; rows and a zero report exclude each other (the command says so)."""
        data = super().clean() or {}
        if not self.errors:
            for row in self.figures():
                fault = fault_of(row)
                if fault is not None:
                    self.add_error(f"{row.kind}-amount", worded(fault))
        return data

    def figures(self) -> list[MonthFigures]:
        """The kinds with a number other than nought; the others say nothing."""
        found = []
        for kind in self.rules.kinds:
            names = [f"{kind}-{part}" for part in ("count", "amount", "paid")]
            count, amount, paid = (self.cleaned_data.get(name) or 0 for name in names)
            bands = [self.cleaned_data.get(f"{kind}-band_{index}") or 0 for index in range(4)]
            if any((count, amount, paid, *bands)):
                aged = (bands[0], bands[1], bands[2], bands[3])
                found.append(MonthFigures(kind, count, amount, paid, aged))
        return found


class DutyForm(forms.Form):
    """Who reports, since when, by what document."""

    unit = forms.ModelChoiceField(
        label=gettext_lazy("单位"),
        queryset=Unit.objects.none(),
        to_field_name="public_id",
        widget=AheadSelect(),
        empty_label=gettext_lazy("选单位"),
    )
    first_month = DateField(
        label=gettext_lazy("自哪个月起报"), help_text=gettext_lazy("填该月任意一天，如2020-01-01")
    )
    last_month = DateField(
        label=gettext_lazy("报到哪个月"), required=False, help_text=gettext_lazy("不再填报的才填")
    )
    document = forms.CharField(
        label=gettext_lazy("依据文件"), max_length=120, help_text=gettext_lazy("名称和文号")
    )

    def __init__(self, data: Any = None, *, regions: Any) -> None:
        super().__init__(data)
        units: Any = self.fields["unit"]
        units.queryset = regions


class TableForm(forms.Form):
    """A month's table."""

    month = DateField(label=gettext_lazy("月份"), help_text=gettext_lazy("填该月任意一天，如2020-02-01"))
    file = UploadField(kinds=(UploadKind.XLSX, UploadKind.CSV), label=gettext_lazy("台账表格"))

    def clean_month(self) -> date:
        """The first day of the month."""
        month: date = self.cleaned_data["month"]
        return month.replace(day=1)


class TargetForm(forms.Form):
    """The year's target as its document says."""

    start = MoneyField(label=gettext_lazy("年初余额"), low=1)
    to_clear = MoneyField(label=gettext_lazy("年内应清偿"), low=1)
    document = forms.CharField(
        label=gettext_lazy("依据文件"), max_length=120, help_text=gettext_lazy("名称和文号")
    )
