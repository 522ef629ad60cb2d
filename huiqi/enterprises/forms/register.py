"""The filters of the list of firms, read from the address."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.urls import reverse_lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.scope import Scope
from huiqi.core.fields import AheadInput, AheadSelect, with_blank
from huiqi.core.language import is_chinese
from huiqi.enterprises.models import Registration
from huiqi.enterprises.models.firm import LIST_FACTS
from huiqi.enterprises.queries.statements import catalogue
from huiqi.enterprises.search_text import LONGEST_QUESTION
from huiqi.enterprises.wanted import Gap, Sort, Wanted, read_question
from huiqi.reference.models import Division, Industry
from huiqi.reference.queries import Tables
from huiqi.rules.catalogue import SECTIONS

UNKNOWN = "unknown"
GAPS = {
    Gap.SIZE: gettext_lazy("划不出规模"),
    Gap.FIGURES: gettext_lazy("缺人数或营业收入"),
    Gap.EXPIRING: gettext_lazy("30天内有数据到期"),
}
SORTS = {
    Sort.PLACE: gettext_lazy("按区县、行业"),
    Sort.NAME: gettext_lazy("按名称"),
    Sort.NEWEST: gettext_lazy("最近录入的在前"),
}
KINDS = {"firm": gettext_lazy("企业和其他单位"), "individual": gettext_lazy("个体工商户")}
LONGEST_QUERY = 800


class QuickSelect(AheadSelect):
    """The same select, its options joined instead of drawn from a template each: 140 places on every list."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """The select with its options."""
        chosen = "" if value is None else str(value)
        lang = "" if is_chinese() else mark_safe(' lang="zh-CN"')
        options = format_html_join(
            "",
            '<option value="{}"{}{}{}>{}</option>',
            (
                (
                    key,
                    format_html(' data-py="{}"', self.initials[key]) if key in self.initials else "",
                    lang if key else "",
                    mark_safe(" selected") if str(key) == chosen else "",
                    label,
                )
                for key, label in self.choices
            ),
        )
        final = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(final), options)


class RegisterForm(forms.Form):
    """What the list shows. Every field may be left empty; an unknown value is an error of its field."""

    q = forms.CharField(label=gettext_lazy("搜索"), required=False, max_length=LONGEST_QUESTION)
    region = forms.ChoiceField(label=gettext_lazy("地区"), required=False)
    industry = forms.CharField(label=gettext_lazy("行业"), required=False, max_length=60)
    size = forms.MultipleChoiceField(
        label=gettext_lazy("规模"), required=False, widget=forms.CheckboxSelectMultiple
    )
    on_list = forms.MultipleChoiceField(
        label=gettext_lazy("在名单上"), required=False, widget=forms.CheckboxSelectMultiple
    )
    state = forms.ChoiceField(label=gettext_lazy("登记状态"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("类型"), required=False)
    gap = forms.ChoiceField(label=gettext_lazy("数据情况"), required=False)
    park = forms.ChoiceField(label=gettext_lazy("园区"), required=False)
    synthetic = forms.ChoiceField(label=gettext_lazy("演示数据"), required=False)
    sort = forms.ChoiceField(label=gettext_lazy("排序"), required=False)

    def __init__(
        self,
        data: Any,
        *,
        tables: Tables,
        parks: Iterable[tuple[int, str]],
        scope: Scope | None = None,
        **more: Any,
    ) -> None:
        """`scope`: only regions in it are offered, nothing would be found in others; None offers all."""
        super().__init__(data, **more)
        self.tables = tables
        self.fields["industry"].widget = AheadInput(
            f"{reverse_lazy('reference:industry_options')}?level=all",
            {"maxlength": 60, "placeholder": _("名称、首字母或代码")},
        )
        self._offer_regions(scope)
        sizes = [*catalogue().facts["size_class"].values.items(), (UNKNOWN, _("划不出"))]
        lists = [(name, catalogue().facts[name].label) for name in LIST_FACTS]
        blank = _("不限")
        choices: dict[str, Any] = {
            "size": sizes,
            "on_list": lists,
            "state": with_blank([(key, str(label)) for key, label in Registration.choices], blank),
            "kind": with_blank([(key, str(label)) for key, label in KINDS.items()], blank),
            "gap": with_blank([(gap.value, str(label)) for gap, label in GAPS.items()], blank),
            "park": with_blank([(str(pk), name) for pk, name in parks], blank),
            "synthetic": with_blank([("1", _("只看演示数据")), ("0", _("不看演示数据"))], blank),
            "sort": [(sort.value, str(label)) for sort, label in SORTS.items()],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def _offer_regions(self, scope: Scope | None) -> None:
        """Prefectures with their counties behind them, as an office counts them."""
        rows = sorted(self._regions(scope), key=lambda row: row.code)
        offered = [(_region_value(row), _region_label(row)) for row in rows]
        self.fields["region"].choices = with_blank(offered, _("不限"))  # type: ignore[attr-defined]
        initials = {_region_value(row): row.initials for row in rows}
        self.fields["region"].widget = QuickSelect(initials, {"data-hq-placeholder": _("市州、区县或首字母")})
        self.fields["region"].widget.choices = self.fields["region"].choices  # type: ignore[attr-defined]

    def _regions(self, scope: Scope | None) -> list[Division]:
        """Today's counties in the scope, and the prefectures of which it has more than one."""
        present = [row for row in self.tables.divisions.values() if row.valid_to is None]
        counties = [row for row in present if row.level == Division.Level.COUNTY]
        counties = [row for row in counties if scope is None or scope.admits(row.code, None)]
        of_prefecture = Counter(row.code[:4] for row in counties)
        above = [row for row in present if row.level == Division.Level.PREFECTURE]
        return [*(row for row in above if of_prefecture[row.code[:4]] > 1), *counties]

    @property
    def has_regions(self) -> bool:
        """Whether there is a choice: who has one county needs no filter for it."""
        return len(self.fields["region"].choices) > 2  # type: ignore[attr-defined]

    def clean_industry(self) -> str:
        """The code in front of what was typed or picked: a section, division, group or class."""
        typed = self.cleaned_data["industry"].strip()
        if not typed:
            return ""
        code = typed.split()[0].upper()
        found = self.tables.industries.get(code[1:] if len(code) > 1 and code[0].isalpha() else code)
        found = found or next((row for row in self.tables.industries.values() if row.name == typed), None)
        if found is None:
            raise ValidationError(
                _("请从列出的行业中选一个，或填门类字母、二至四位行业代码，如 C、27、2770。")
            )
        return found.code

    def wanted(self) -> Wanted:
        """The filters; those with an error are left out (the page names them)."""
        cleaned = self.cleaned_data
        chosen = {name: cleaned.get(name) for name in self.fields}
        return Wanted(
            question=read_question(chosen["q"] or ""),
            region=chosen["region"] or "",
            industries=class_range(self.tables, chosen["industry"] or ""),
            sizes=tuple(chosen["size"] or ()),
            lists=tuple(chosen["on_list"] or ()),
            registration=chosen["state"] or "",
            is_individual={"individual": True, "firm": False}.get(chosen["kind"] or ""),
            gap=Gap(chosen["gap"]) if chosen["gap"] else None,
            park=int(chosen["park"]) if chosen["park"] else None,
            is_synthetic={"1": True, "0": False}.get(chosen["synthetic"] or ""),
        )

    def order(self) -> Sort:
        """The order asked for."""
        return Sort(self.cleaned_data.get("sort") or Sort.PLACE)

    def chosen(self) -> list[tuple[str, str, str]]:
        """The filters in force as (field, value, words); the question is not among them."""
        found = []
        for name in ("region", "industry", "size", "on_list", "state", "kind", "gap", "park", "synthetic"):
            value = self.cleaned_data.get(name)
            for one in value if isinstance(value, list) else [value]:
                if one:
                    found.append((name, one, self._words(name, one)))
        return found

    def _words(self, name: str, value: str) -> str:
        if name == "industry":
            return str(self.tables.industries[value].label)
        label = dict(self.fields[name].choices).get(value, value)  # type: ignore[attr-defined]
        return f"{self.fields[name].label}：{label}" if name in {"size", "kind", "state"} else str(label)


def _region_value(row: Division) -> str:
    return row.code[:4] if row.level == Division.Level.PREFECTURE else row.code


def _region_label(row: Division) -> str:
    return (
        _("%(name)s（全市州）") % {"name": row.name} if row.level == Division.Level.PREFECTURE else row.name
    )


def class_range(tables: Tables, code: str) -> tuple[str, str] | None:
    """The first and last four-digit class of an entry; sections are ranges of divisions (GB/T 4754-2017)."""
    entry = tables.industries.get(code)
    if entry is None:
        return None
    if entry.level == Industry.Level.SECTION:
        first, last = SECTIONS[entry.code]
        return f"{first:02d}00", f"{last:02d}99"
    return entry.code.ljust(4, "0"), entry.code.ljust(4, "9")


class SavedViewForm(forms.Form):
    """A name for the filters in force."""

    name = forms.CharField(label=gettext_lazy("给当前条件起个名字"), max_length=30)

    def clean_name(self) -> str:
        """Without spaces around and control characters."""
        return "".join(char for char in self.cleaned_data["name"] if char.isprintable()).strip()
