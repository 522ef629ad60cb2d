"""The filters of the list of firms, read from the address."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.scope import Scope
from huiqi.core.fields import with_blank
from huiqi.enterprises.models import Registration
from huiqi.enterprises.models.firm import LIST_FACTS
from huiqi.enterprises.queries.statements import catalogue
from huiqi.enterprises.search_text import LONGEST_QUESTION
from huiqi.enterprises.wanted import Gap, Sort, Wanted, read_question
from huiqi.reference.fields import IndustryField, RegionField, class_range
from huiqi.reference.queries import Tables

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


class RegisterForm(forms.Form):
    """What the list shows. Every field may be left empty; an unknown value is an error of its field."""

    q = forms.CharField(label=gettext_lazy("搜索"), required=False, max_length=LONGEST_QUESTION)
    region = RegionField(label=gettext_lazy("地区"))
    industry = IndustryField(label=gettext_lazy("行业"))
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
        admits = None if scope is None else (lambda code: scope.admits(code, None))
        self.fields["region"].offer(tables, admits)  # type: ignore[attr-defined]
        self.fields["industry"].offer(tables)  # type: ignore[attr-defined]
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

    @property
    def has_regions(self) -> bool:
        """Whether there is a choice: who has one county needs no filter for it."""
        return bool(self.fields["region"].is_open)  # type: ignore[attr-defined]

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


class SavedViewForm(forms.Form):
    """A name for the filters in force."""

    name = forms.CharField(label=gettext_lazy("给当前条件起个名字"), max_length=30)

    def clean_name(self) -> str:
        """Without spaces around and control characters."""
        return "".join(char for char in self.cleaned_data["name"] if char.isprintable()).strip()
