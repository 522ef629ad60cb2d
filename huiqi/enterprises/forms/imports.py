"""Uploading a table, saying how its file and its columns are read."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.core.errors import Refused
from huiqi.core.fields import DateField, DateInput, NamesSelect
from huiqi.core.language import worded
from huiqi.enterprises.commands.imports import Statements
from huiqi.enterprises.importing.fields import (
    CITY,
    CONTACT,
    COUNTY,
    FIGURES,
    IDENTITY,
    MONEY_UNITS,
    OTHER,
    Field,
    Meaning,
    fields,
)
from huiqi.enterprises.models import Standing
from huiqi.enterprises.queries.imports import HeadingGuess, check_mapping
from huiqi.enterprises.queries.statements import catalogue

GROUPS = {
    IDENTITY: gettext_lazy("登记信息"),
    FIGURES: gettext_lazy("规模指标"),
    CONTACT: gettext_lazy("联系方式"),
    OTHER: gettext_lazy("其他事实"),
}


_SELECT = {"class": "hq-select"}


class UploadForm(forms.Form):
    """The file. What it is, is told by its content, not by its name."""

    file = forms.FileField(
        label=gettext_lazy("选择表格文件"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.xls", "required": True}),
        error_messages={
            "required": gettext_lazy("请先选择文件。"),
            "empty": gettext_lazy("文件是空的，请核对选的是不是要上传的那个文件。"),
        },
    )


class ChoicesForm(forms.Form):
    """What only a person can decide about a file: the sheet, hidden rows, merged cells."""

    def __init__(self, data: Any, seen: dict[str, Any], **more: Any) -> None:
        super().__init__(data, **more)
        if seen["sheets"]:
            self.fields["sheet"] = forms.ChoiceField(
                label=_("读哪个工作表"),
                choices=[(name, name) for name in seen["sheets"]],
                widget=forms.RadioSelect,
            )
        if seen["questions"]:
            self.fields["hidden"] = forms.ChoiceField(
                label=_("隐藏的行和列怎么办"),
                choices=[("skip", _("不读取隐藏的内容")), ("read", _("也读取隐藏的内容"))],
                widget=forms.RadioSelect,
            )
        if seen.get("has_merged"):
            self.fields["fill_merged"] = forms.BooleanField(label=_("按合并的内容填充每一行"), required=False)


class ColumnsForm(forms.Form):
    """The meaning of each column, and what holds for the whole file."""

    use_required_attribute = False
    year = forms.RegexField(
        label=gettext_lazy("年度指标的所属年份"),
        regex=r"^(19|20)[0-9]{2}$",
        help_text=gettext_lazy("从业人员、营业收入、资产总额是哪一年的。表头写明年份的以表头为准。"),
        error_messages={"invalid": gettext_lazy("年份应为四位数字，如 2019。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4, "autocomplete": "off"}),
    )
    as_of = DateField(
        label=gettext_lazy("数据截至哪一天"),
        help_text=gettext_lazy("按这一天起算新旧：较旧的表不会盖过较新的数据。"),
        widget=DateInput(),
    )
    standing = forms.ChoiceField(
        label=gettext_lazy("这些数据是怎么来的"),
        choices=[
            (Standing.CLAIMED, gettext_lazy("企业自报，尚未核实")),
            (Standing.CONFIRMED, gettext_lazy("主管部门已核实，有文件依据")),
        ],
        widget=forms.RadioSelect,
    )
    document = forms.CharField(
        label=gettext_lazy("依据的文号"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("已核实的数据必须写明，如 浏工信〔2020〕12号。"),
    )

    def __init__(
        self, data: Any, headings: Sequence[HeadingGuess], *, today: date, may_confirm: bool, **more: Any
    ) -> None:
        super().__init__(data, **more)
        self.headings = headings
        self.today = today
        self._known = fields(catalogue())
        if not may_confirm:
            self.fields["standing"].choices = self.fields["standing"].choices[:1]  # type: ignore[attr-defined]
        grouped = _grouped(list(self._known.values()))
        for heading in headings:
            if not heading.guess.refused:
                self._add(heading, grouped)

    def _add(self, heading: HeadingGuess, grouped: list[Any]) -> None:
        meaning = heading.guess.meaning
        self.fields[f"c{heading.column}"] = forms.ChoiceField(
            label=_("“%(heading)s”读作") % {"heading": heading.text},
            choices=grouped,
            required=False,
            widget=NamesSelect(_SELECT),
            initial=meaning.field,
        )
        self.fields[f"u{heading.column}"] = forms.ChoiceField(
            label=_("“%(heading)s”的单位") % {"heading": heading.text},
            choices=[("", _("请选金额单位")), *((unit, unit) for unit in MONEY_UNITS)],
            required=False,
            widget=NamesSelect(_SELECT),
            initial=meaning.unit,
        )

    @property
    def names_place(self) -> bool:
        """Whether a column seems to say in which county or city each firm is."""
        return bool({COUNTY, CITY} & {heading.guess.meaning.field for heading in self.headings})

    @property
    def lines(self) -> list[dict[str, Any]]:
        """One line of the page for each column of the table."""
        return [self._line(heading) for heading in self.headings]

    def _line(self, heading: HeadingGuess) -> dict[str, Any]:
        if heading.guess.refused:
            return {"heading": heading, "refused": _(heading.guess.refused)}
        column, unit = self[f"c{heading.column}"], self[f"u{heading.column}"]
        field = self._known.get(column.value() or "")
        needs_unit = (field is not None and field.is_money) or bool(unit.errors)
        return {
            "heading": heading,
            "refused": "",
            "column": column,
            "unit": unit,
            "needs_unit": needs_unit,
        }

    def clean_as_of(self) -> date:
        """A day that has been: a table cannot speak of a day to come."""
        day: date = self.cleaned_data["as_of"]
        if day > self.today:
            raise ValidationError(_("截至日期不能晚于今天。"), code="future")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("standing") == Standing.CONFIRMED and not (cleaned.get("document") or "").strip():
            self.add_error("document", _("已核实的数据请写明依据的文号；没有文件依据的，请选“企业自报”。"))
        self._check_columns()
        return cleaned

    def _check_columns(self) -> None:
        """Each field once (for each year), amounts with a unit, and something to know the firms by."""
        taken: dict[tuple[str, str], str] = {}
        for heading in self.headings:
            meaning = self._meaning(heading)
            if not meaning.field:
                continue
            key = (meaning.field, meaning.year)
            if key in taken:
                said = _("“%(first)s”也读作它。一项内容只能来自一列，请把其中一列改成“不读取”。")
                self.add_error(f"c{heading.column}", said % {"first": taken[key]})
            taken.setdefault(key, heading.text)
            if self._known[meaning.field].is_money and not meaning.unit:
                self.add_error(
                    f"u{heading.column}", _("“%(heading)s”是金额，请选单位。") % {"heading": heading.text}
                )
        try:
            check_mapping(self.mapping)
        except Refused as refused:
            self.add_error(None, worded(refused.said))

    def _meaning(self, heading: HeadingGuess) -> Meaning:
        if heading.guess.refused:
            return Meaning()
        chosen = self.cleaned_data.get(f"c{heading.column}") or ""
        guessed = heading.guess.meaning
        field = self._known.get(chosen)
        is_yearly = field is not None and field.fact is not None and field.fact.period.endswith("year")
        unit = self.cleaned_data.get(f"u{heading.column}") or ""
        year = guessed.year if is_yearly else ""
        is_money = field is not None and field.is_money
        # 分 cannot be chosen: it only comes with headings that are a fact's id.
        if is_money and not unit and chosen == guessed.field:
            unit = guessed.unit
        return Meaning(chosen, unit if is_money else "", year)

    @property
    def mapping(self) -> dict[str, Meaning]:
        """Heading to meaning, of the columns that are read."""
        found = {heading.text: self._meaning(heading) for heading in self.headings}
        return {heading: meaning for heading, meaning in found.items() if meaning.field}

    @property
    def about(self) -> Statements:
        """What holds for every statement of the file."""
        cleaned = self.cleaned_data
        is_confirmed = cleaned["standing"] == Standing.CONFIRMED
        document = cleaned["document"].strip() if is_confirmed else ""
        return Statements(cleaned["year"], cleaned["as_of"], cleaned["standing"], document)


def _grouped(known: Sequence[Field]) -> list[Any]:
    """Choices: not to be read, then the fields by group."""
    groups = [
        (str(label), [(field.key, _(field.label)) for field in known if field.group == group])
        for group, label in GROUPS.items()
    ]
    return [("", _("不读取")), *groups]
