"""Forms of scenarios. The form of changes has a field for each figure and condition of the copy."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.core.fields import AheadSelect, DateField, with_blank
from huiqi.core.language import worded
from huiqi.core.money import parse_amount
from huiqi.reference.judging import judge
from huiqi.whatif.models import Scenario
from huiqi.whatif.queries.figures import amount_of, checked, conditions_of, figures_of
from huiqi.whatif.values import UNITS, Unreadable, read_value, show_value, to_steps
from huiqi.whatif.variants import MOST_ADDED, AddedCondition, AddedFigure, Changes, Fault

MOST_TEXT = 1000
NEW_FIGURE = ("f-id", "f-text", "f-unit", "f-value")


class BeginForm(forms.Form):
    """Which policy to start from."""

    policy = forms.ChoiceField(label=gettext_lazy("政策"), widget=AheadSelect())
    title = forms.CharField(
        label=gettext_lazy("方案名称"),
        max_length=120,
        help_text=gettext_lazy("说明改了什么，如：人数上限放宽到300人"),
        error_messages={"required": gettext_lazy("请给方案起个名称。")},
    )
    on = DateField(label=gettext_lazy("判断基准日"))

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        live = [plan.policy for plan in judge(today).plans.values() if plan.status is None]
        offered = [(one.id, one.title) for one in sorted(live, key=lambda one: one.title)]
        self.fields["policy"].choices = with_blank(offered, _("请选择"))  # type: ignore[attr-defined]
        self.fields["on"].initial = today


class CopyForm(forms.Form):
    """The name of a copy."""

    title = forms.CharField(
        label=gettext_lazy("新方案名称"),
        max_length=120,
        error_messages={"required": gettext_lazy("请给方案起个名称。")},
    )


class ReviewForm(forms.Form):
    """The second person's word."""

    remark = forms.CharField(
        label=gettext_lazy("复核意见"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("退回时必填。"),
    )


class ChangeForm(forms.Form):
    """Figures, conditions and formula of a scenario; what the rulebook refuses stands beside its field."""

    title = forms.CharField(label=gettext_lazy("方案名称"), max_length=120)
    notes = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("为什么这样改、依据什么、还要核实什么。"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, scenario: Scenario, **kwargs: Any) -> None:
        changes = scenario.changed
        self.scenario, self.old = scenario, changes
        self.figures = figures_of(scenario, changes)
        self.conditions = conditions_of(scenario, changes)
        kwargs["initial"] = {"title": scenario.title, "notes": scenario.notes, "version": scenario.version}
        super().__init__(*args, **kwargs)
        for one in self.figures:
            label = f"{one.text}（{one.unit_text}）"
            self._line(f"p-{one.id}", label, one.new_text)
        for condition in self.conditions:
            self._block(f"c-{condition.id}", condition.text, condition.new)
        self._block("amount", gettext_lazy("金额的算法"), self._amount())
        for at, added in enumerate([*changes.added_conditions, None][:MOST_ADDED], 1):
            self._line(f"n-{at}-text", gettext_lazy("新增条件"), added.text if added else "")
            self._block(f"n-{at}", gettext_lazy("怎么判断"), added.expr if added else "")
        self.added = [(f"n-{at}-text", f"n-{at}") for at in range(1, len(changes.added_conditions) + 2)]
        self.added = self.added[:MOST_ADDED]
        self._line("f-text", gettext_lazy("新参数的名称"), "")
        self._line("f-id", gettext_lazy("在条件里怎么写"), "")
        units = with_blank([(unit, str(text)) for unit, text in UNITS.items() if unit != "text"], "—")
        self.fields["f-unit"] = forms.ChoiceField(label=gettext_lazy("单位"), choices=units, required=False)
        self._line("f-value", gettext_lazy("取值"), "")
        self.warnings: dict[str, list[str]] = {}

    def _amount(self) -> str:
        return amount_of(self.scenario) if self.old.amount is None else self.old.amount

    def _line(self, name: str, label: Any, initial: str) -> None:
        self.fields[name] = forms.CharField(label=label, max_length=200, required=False, initial=initial)

    def _block(self, name: str, label: Any, initial: str) -> None:
        widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false"})
        self.fields[name] = forms.CharField(
            label=label, max_length=MOST_TEXT, required=False, initial=initial, widget=widget
        )

    # ------------------------------------------------------------ reading

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.changes = Changes(
            parameters=self._parameters(),
            added=tuple(self._added_figures()),
            conditions=self._changed_conditions(),
            added_conditions=tuple(self._added_conditions()),
            amount=self._changed_amount(),
        )
        if not self.errors:
            self._check()
        return cleaned

    def _text(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "").strip()

    def _value(self, name: str, unit: str) -> Any:
        try:
            return read_value(unit, self._text(name))
        except Unreadable as error:
            self.add_error(name, worded(str(error)))
            return None

    def _parameters(self) -> dict[str, Any]:
        found = {}
        for one in self.figures:
            value = None if one.is_added else self._value(f"p-{one.id}", one.unit)
            if not one.is_added and show_value(one.unit, value) != one.old_text:
                found[one.id] = value
        return found

    def _added_figures(self) -> list[AddedFigure]:
        kept = []
        for one in self.old.added:
            if self._text(f"p-{one.id}"):
                kept.append(AddedFigure(one.id, one.text, one.unit, self._value(f"p-{one.id}", one.unit)))
        texts = {name: self._text(name) for name in NEW_FIGURE}
        if not any(texts.values()):
            return kept
        for name, text in texts.items():
            if not text:
                self.add_error(name, gettext_lazy("新参数要写全：名称、写法、单位和取值。"))
        unit = texts["f-unit"]
        if unit and texts["f-value"]:
            kept.append(AddedFigure(texts["f-id"], texts["f-text"], unit, self._value("f-value", unit)))
        return kept

    def _changed_conditions(self) -> dict[str, str]:
        texts = {one.id: self._text(f"c-{one.id}") for one in self.conditions}
        return {one.id: texts[one.id] for one in self.conditions if texts[one.id] != one.old}

    def _added_conditions(self) -> list[AddedCondition]:
        found = []
        for title, expr in self.added:
            if self._text(expr):
                found.append(AddedCondition(self._text(title) or self._text(expr), self._text(expr)))
            elif self._text(title):
                self.add_error(expr, gettext_lazy("请写出怎么判断，如 employees <= 300。"))
        return found

    def _changed_amount(self) -> str | None:
        text = self._text("amount")
        return None if text == amount_of(self.scenario) else text

    # ------------------------------------------------------------ what the rulebook says

    def _check(self) -> None:
        made = checked(self.scenario, self.changes)
        for fault in made.faults:
            self.add_error(self._field_of(fault), f"{fault.message}。{fault.remedy}。")
        for warning in made.warnings:
            name = self._field_of(warning) or ""
            self.warnings.setdefault(name, []).append(f"{warning.message}。{warning.remedy}。")

    def _field_of(self, fault: Fault) -> str | None:
        if fault.field.startswith("c-added_"):
            # The n-th condition kept need not be the n-th typed: empty ones in between are left out.
            typed = [expr for _title, expr in self.added if self._text(expr)]
            return typed[int(fault.field.removeprefix("c-added_")) - 1]
        if fault.field in self.fields:
            return fault.field
        return "f-id" if fault.field == f"p-{self._text('f-id')}" else None

    def rows(self) -> dict[str, Any]:
        """The fields with what stood there before, for the page."""
        told = {name: "".join(words) for name, words in self.warnings.items()}
        return {
            "figures": [(self[f"p-{one.id}"], one, told.get(f"p-{one.id}")) for one in self.figures],
            "conditions": [(self[f"c-{one.id}"], one, told.get(f"c-{one.id}")) for one in self.conditions],
            "added": [(self[title], self[expr]) for title, expr in self.added],
            "new_figure": [self[name] for name in ("f-text", "f-id", "f-unit", "f-value")],
        }


class CurveForm(forms.Form):
    """Over which figure, from where to where, and, when asked, which budget."""

    figure = forms.ChoiceField(label=gettext_lazy("参数"))
    low = forms.CharField(
        label=gettext_lazy("从"), max_length=40, error_messages={"required": gettext_lazy("请填写起点。")}
    )
    high = forms.CharField(
        label=gettext_lazy("到"), max_length=40, error_messages={"required": gettext_lazy("请填写终点。")}
    )
    points = forms.IntegerField(
        label=gettext_lazy("点数"), min_value=2, max_value=15, initial=9, required=False
    )
    budget = forms.CharField(
        label=gettext_lazy("预算（万元）"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("填了就找出花到这个数的取值；不填只画曲线。"),
    )

    def __init__(self, *args: Any, figures: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {one.id: one.unit for one in figures}
        choices = [(one.id, f"{one.text}（{one.unit_text}）") for one in figures]
        self.fields["figure"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        unit = self.units.get(cleaned.get("figure", ""), "none")
        for name in ("low", "high"):
            if cleaned.get(name):
                cleaned[name] = self._steps(name, unit, cleaned[name])
        low, high = cleaned.get("low"), cleaned.get("high")
        if isinstance(low, int) and isinstance(high, int) and low >= high:
            self.add_error("high", gettext_lazy("终点要大于起点。"))
        if cleaned.get("budget"):
            cleaned["budget"] = self._budget(cleaned["budget"])
        return cleaned

    def _steps(self, name: str, unit: str, text: str) -> int | None:
        try:
            value = read_value(unit, text)
        except Unreadable as error:
            self.add_error(name, worded(str(error)))
            return None
        return None if value is None else to_steps(unit, value)

    def _budget(self, text: str) -> int | None:
        try:
            return parse_amount(text, "万元")
        except ValueError:
            self.add_error("budget", gettext_lazy("预算以万元填写，如 5000。"))
            return None
