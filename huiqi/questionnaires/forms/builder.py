"""The editor of one question, page, matrix or repeat, and the head of the whole questionnaire."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.questionnaires.builder.conditions import HOWS, MOST_PARTS, WITHOUT_VALUE, hows_for
from huiqi.questionnaires.builder.editing import (
    NAME,
    fresh_list,
    put,
    rename,
    settled,
    without_unused_lists,
)
from huiqi.questionnaires.builder.faults import list_of
from huiqi.questionnaires.builder.offering import MOST_OFFERS, with_offers
from huiqi.questionnaires.builder.options import options_text, read_options, read_rows, rows_text
from huiqi.questionnaires.builder.plan import (
    CHOOSING,
    DAYS,
    NUMBERS,
    TEXTS,
    Condition,
    Item,
    ItemKind,
    Option,
    Part,
    Plan,
)
from huiqi.questionnaires.forms.meaning import check_offers, meaning_fields, offer_fields, offers_given
from huiqi.questionnaires.models import TITLE_LENGTH
from huiqi.questionnaires.queries.ready import CHANGEABLE, KIND_LABELS

LONGEST_LABEL, LONGEST_RULE = 1000, 2000
# As a choice of a comparison turns into the one that fits another type of question.
_SAME_SENSE = {"is": ("eq", "has"), "is_not": ("ne", "has_not"), "has": ("is",), "has_not": ("is_not",)}
# Fields that are written into the item as they are.
_PLAIN = frozenset(
    "label english hint hint_english calculation default is_required look low high step longest least most "
    "alone count formula rule rule_said source parent fact unit policy".split()
)
_SHORT = {"autocomplete": "off"}


def _text(label: Any, hint: Any = "", *, rows: int = 0, most: int = LONGEST_LABEL) -> forms.CharField:
    attrs = {"rows": rows} if rows else _SHORT
    widget = forms.Textarea(attrs) if rows else forms.TextInput(attrs)
    return forms.CharField(label=label, help_text=hint, required=False, max_length=most, widget=widget)


class HeadForm(forms.Form):
    """The title and the languages of the whole."""

    title = forms.CharField(label=gettext_lazy("问卷标题"), max_length=TITLE_LENGTH)
    has_english = forms.BooleanField(label=gettext_lazy("同时写英文"), required=False)

    def apply(self, plan: Plan) -> Plan:
        """The plan with this head."""
        return plan.but(title=self.cleaned_data["title"], has_english=self.cleaned_data["has_english"])


class ItemForm(forms.Form):
    """What can be said of an item of this kind. Nothing half-written is refused: `faults` tell it."""

    def __init__(self, item: Item, plan: Plan, data: Any = None) -> None:
        super().__init__(data, auto_id="f-%s")
        self.item, self.plan = item, plan
        self.numbers = plan.numbers()
        self._wording()
        self._choosing()
        self._limiting()
        self._conditions()
        for name, field in {**meaning_fields(item, plan), **offer_fields(item, plan)}.items():
            self.fields[name] = field
        self._advanced()

    def _add(self, name: str, field: forms.Field) -> None:
        field.initial = getattr(self.item, name) if field.initial is None else field.initial
        self.fields[name] = field

    # --- boxes ------------------------------------------------------------------------------------------

    def _wording(self) -> None:
        item = self.item
        if item.kind not in {ItemKind.CALCULATE, ItemKind.HIDDEN}:
            labels = {ItemKind.PAGE: _("这一页的标题"), ItemKind.NOTE: _("说明文字")}
            self._add("label", _text(labels.get(item.kind, _("题目")), rows=2))
            if not item.label and not self.is_bound:
                # Just added: the first thing to do is to write it.
                self.fields["label"].widget.attrs["autofocus"] = True
            self._in_english("english", _("英文"), rows=2)
        if item.is_answered:
            self._add("hint", _text(_("提示"), _("写在题目下面的小字。")))
            self._in_english("hint_english", _("英文提示"))
        if item.is_answered or item.kind is ItemKind.MATRIX:
            self._add("is_required", forms.BooleanField(label=_("必填"), required=False))
        own: dict[ItemKind, tuple[str, forms.Field]] = {
            ItemKind.CALCULATE: (
                "calculation",
                _text(_("公式"), _("如 ${q1} + ${q2}"), rows=2, most=LONGEST_RULE),
            ),
            ItemKind.HIDDEN: ("default", _text(_("默认值"))),
            ItemKind.PAGE: (
                "together",
                forms.BooleanField(
                    label=_("里面的题放在同一页"), required=False, initial=item.look != "loose"
                ),
            ),
        }
        if item.kind in own:
            name, field = own[item.kind]
            self.fields[name] = field
            field.initial = getattr(item, name, field.initial)

    def _in_english(self, name: str, label: str, rows: int = 0) -> None:
        if self.plan.has_english:
            self._add(name, _text(label, rows=rows))

    def _choosing(self) -> None:
        item, plan = self.item, self.plan
        if item.kind is ItemKind.MATRIX:
            rows = _text(_("要评的各行"), _("一行写一个。"), rows=max(len(item.items) + 1, 3), most=20_000)
            rows.initial = rows_text(item.items)
            self._add("rows", rows)
        if item.kind not in CHOOSING:
            return
        options = plan.lists.get(item.list_name, ())
        above = self._above()
        said = _("一行一个，可以从 Excel 或 Word 粘贴。")
        if above:
            said = _("一行一个，写作“上级选项 > 选项”，如：%(one)s > 某某。") % {"one": above[0].label}
        if plan.has_english:
            said += _("英文写在竖线后面：是 | Yes")
        box = _text(_("选项"), said, rows=min(max(len(options) + 1, 3), 12), most=40_000)
        box.initial = options_text(options, above)
        self._add("options", box)
        if item.kind in {ItemKind.ONE, ItemKind.MANY}:
            self._cascading()
        if any(name != item.list_name for name in plan.lists):
            self._add("reuse", self._reuse())
        self._listing()

    def _listing(self) -> None:
        """Whose list it is, and how it looks."""
        item, plan = self.item, self.plan
        if len(plan.uses(item.list_name)) > 1:
            self._add("apart", forms.BooleanField(label=_("选项只为这一题改"), required=False, initial=False))
        looks = {"": _("逐个列出"), "search": _("下拉搜索"), "likert": _("一行量表")}
        if item.kind is ItemKind.ONE:
            self._add(
                "look", forms.ChoiceField(label=_("怎样显示"), choices=list(looks.items()), required=False)
            )

    def _above(self) -> tuple[Option, ...]:
        """The options of the question that narrows this one's, as it was when the page was drawn."""
        asked = self.plan.find(self.item.parent) if self.item.parent else None
        return self.plan.lists.get(asked.list_name, ()) if asked is not None else ()

    def _cascading(self) -> None:
        offered = [
            (name, label)
            for name, label in self._askable()
            if (one := self.plan.find(name)) is not None and one.kind is ItemKind.ONE
        ]
        if not offered and not self.item.parent:
            return
        if self.item.parent and self.item.parent not in {name for name, _label in offered}:
            offered.append((self.item.parent, self.item.parent))
        choices = [("", _("不随别的题变")), *offered]
        hint = _("如先选市州，再只列那个市州的区县。选好后保存，选项就可以写作“上级选项 > 选项”。")
        field = forms.ChoiceField(
            label=_("选项随哪道题变（级联）"), choices=choices, required=False, help_text=hint
        )
        self._add("parent", field)

    def _reuse(self) -> forms.Field:
        lists = self.plan.lists.items()
        shown = [
            (name, "、".join(one.label for one in options[:4]) + ("…" if len(options) > 4 else ""))
            for name, options in lists
            if name != self.item.list_name
        ]
        return forms.ChoiceField(
            label=_("改用别的题已有的选项"), choices=[("", _("不改")), *shown], required=False, initial=""
        )

    def _limiting(self) -> None:
        kind = self.item.kind
        if kind in NUMBERS | DAYS:
            what = (_("从"), _("到")) if kind is ItemKind.RANGE else (_("最小"), _("最大"))
            if kind in DAYS:
                what = (_("最早"), _("最晚"))
            self._add("low", _text(what[0], most=20))
            self._add("high", _text(what[1], most=20))
        if kind is ItemKind.RANGE:
            self._add("step", _text(_("每档"), most=20))
        if kind in TEXTS:
            self._add("longest", _text(_("最多几个字"), most=5))
        if kind is ItemKind.MANY:
            self._add("least", _text(_("最少选几项"), most=3))
            self._add("most", _text(_("最多选几项"), most=3))
            options = self.plan.lists.get(self.item.list_name, ())
            choices = [("", _("没有")), *((one.name, one.label) for one in options)]
            if self.item.alone and self.item.alone not in {name for name, _label in choices}:
                choices.append((self.item.alone, self.item.alone))
            field = forms.ChoiceField(label=_("不能和别的一起选的选项"), choices=choices, required=False)
            self._add("alone", field)
        if kind is ItemKind.REPEAT:
            self._add("count", _text(_("固定填几次"), _("留空就由填的人自己加。"), most=60))

    def _advanced(self) -> None:
        item = self.item
        name = _text(_("代码"), _("导出结果时的列名：字母开头，只用字母、数字和下划线。"), most=40)
        self._add("name", name)
        kinds = next((kinds for kinds in CHANGEABLE if item.kind in kinds), ())
        if kinds:
            choices = [(kind, KIND_LABELS[kind]) for kind in kinds]
            self._add("kind", forms.ChoiceField(label=_("题型"), choices=choices, required=False))
        formula = _text(_("显示条件的公式"), _("填了公式，上面选的条件就不用了。"), rows=2, most=LONGEST_RULE)
        self._add("formula", formula)
        if item.is_answered:
            rule = _text(
                _("另外的要求（公式）"), _("“.”代表这一题的答案，如 . <= ${q1}"), rows=2, most=LONGEST_RULE
            )
            self._add("rule", rule)
            self._add("rule_said", _text(_("不合要求时的提示"), _("留空就自动写。")))
            if item.kind is not ItemKind.ACKNOWLEDGE and "default" not in self.fields:
                self._add("default", _text(_("默认值")))
            self._add("source", _text(_("这道题的依据"), _("给同事看的，不给企业看。")))

    # --- conditions -------------------------------------------------------------------------------------

    def _conditions(self) -> None:
        condition = self.item.condition
        groups = condition.groups if condition else ()
        rows = [(part, bool(at)) for group in groups for at, part in enumerate(group)]
        joins = [("all", _("下面的都满足")), ("any", _("满足其中一条"))]
        any_ = forms.ChoiceField(label=_("什么时候问这一题"), choices=joins, required=False)
        any_.initial = "any" if condition and condition.is_any else "all"
        self.askable = self._askable()
        count = min(len(rows) + 1, MOST_PARTS) if self.askable or rows else 0
        if count:
            self.fields["c_any"] = any_
        for at in range(count):
            part, is_with = rows[at] if at < len(rows) else (None, False)
            self._row(at, part, is_with=is_with)
        self.row_count = count

    def _askable(self) -> list[tuple[str, str]]:
        """What a condition may speak of: what is asked or worked out above."""
        found = []
        for one in self.plan.walk():
            if one.name == self.item.name:
                break
            if one.is_answered or one.kind is ItemKind.CALCULATE:
                shown = (one.label or one.name).splitlines()[0]
                number = self.numbers.get(one.name)
                found.append((one.name, f"{number}. {shown[:30]}" if number else shown[:30]))
        return found

    def _row(self, at: int, part: Part | None, *, is_with: bool) -> None:
        of = (self.data.get(f"c{at}_of", "") if self.is_bound else "") or (part.of if part else "")
        asked = self.plan.find(of) if of else None
        offered = [("", _("（不设条件）") if not at else _("（再加一条）")), *self.askable]
        if of and of not in {name for name, _label in offered}:
            offered.append((of, asked.label if asked else of))
        label = _("第%(n)s条：哪道题") % {"n": at + 1}
        self.fields[f"c{at}_of"] = forms.ChoiceField(label=label, choices=offered, required=False, initial=of)
        if asked is None:
            return
        hows = [(how, _(HOWS[how])) for how in HOWS if how in self._hows(asked, part)]
        how = forms.ChoiceField(label=_("怎样"), choices=hows, required=False)
        how.initial = part.how if part else hows[0][0]
        self.fields[f"c{at}_how"] = how
        self.fields[f"c{at}_value"] = self._value(asked, part)
        if at:
            label = _("和上一条合成一组（组内“或”）")
            if self.item.condition and self.item.condition.is_any:
                label = _("和上一条合成一组（组内“且”）")
            self.fields[f"c{at}_with"] = forms.BooleanField(label=label, required=False, initial=is_with)

    def _asked_kind(self, asked: Item) -> Item:
        return asked.but(kind=ItemKind.ONE) if list_of(asked, self.plan) and not asked.list_name else asked

    def _hows(self, asked: Item, part: Part | None) -> tuple[str, ...]:
        fitting = hows_for(self._asked_kind(asked))
        return fitting if part is None or part.how in fitting else (*fitting, part.how)

    def _value(self, asked: Item, part: Part | None) -> forms.Field:
        options = self.plan.lists.get(list_of(asked, self.plan), ())
        value = part.value if part else ""
        if not options:
            field: forms.Field = _text(_("和什么比"), most=60)
        else:
            choices = [("", _("请选")), *((one.name, one.label) for one in options)]
            if value and value not in {name for name, _label in choices}:
                choices.append((value, value))
            field = forms.ChoiceField(label=_("和什么比"), choices=choices, required=False)
        field.initial = value
        return field

    def condition_rows(self) -> Iterator[dict[str, Any]]:
        """The boxes of each comparison, for the page."""
        for at in range(self.row_count):
            yield {
                name: self[f"c{at}_{name}"] if f"c{at}_{name}" in self.fields else None
                for name in ("of", "how", "value", "with")
            }

    def _condition(self) -> Condition | None:
        groups: list[list[Part]] = []
        for at in range(self.row_count):
            of = self.cleaned_data.get(f"c{at}_of", "")
            asked = self.plan.find(of)
            if not of or asked is None:
                continue
            how = self._how(asked, self.cleaned_data.get(f"c{at}_how", ""))
            value = "" if how in WITHOUT_VALUE else self.cleaned_data.get(f"c{at}_value", "").strip()
            if self.cleaned_data.get(f"c{at}_with") and groups:
                groups[-1].append(Part(of, how, value))
            else:
                groups.append([Part(of, how, value)])
        is_any = self.cleaned_data.get("c_any") == "any"
        return Condition(is_any, tuple(tuple(group) for group in groups)) if groups else None

    def _how(self, asked: Item, given: str) -> str:
        fitting = hows_for(self._asked_kind(asked))
        if given in fitting:
            return given
        return next((one for one in _SAME_SENSE.get(given, ()) if one in fitting), fitting[0])

    def offer_rows(self) -> Iterator[dict[str, Any]]:
        """The boxes of each offer of help, for the page."""
        for at in range(MOST_OFFERS):
            if f"o{at}_when" in self.fields:
                yield {name: self[f"o{at}_{name}"] for name in ("when", "what", "title", "text")}

    def clean(self) -> dict[str, Any]:
        """An offer is whole or none."""
        cleaned = super().clean() or self.cleaned_data
        check_offers(self)
        return cleaned

    # --- reading ----------------------------------------------------------------------------------------

    def clean_name(self) -> str:
        """A name nothing else has; left blank it stays."""
        name = str(self.cleaned_data["name"]).strip() or self.item.name
        if name == self.item.name:
            return name
        if not NAME.fullmatch(name):
            raise ValidationError(_("代码以字母开头，只用字母、数字和下划线，如 employees。"))
        if any(one.name == name for one in self.plan.walk()):
            raise ValidationError(_("已经有一道题用了这个代码，请换一个。"))
        return name

    def apply(self, plan: Plan) -> Plan:
        """The plan with what was filled in; for a valid form."""
        given = self.cleaned_data
        item = plan.find(self.item.name)
        if item is None:
            return plan
        plain = set(given) & _PLAIN
        changed = {name: _tidy(given[name]) for name in plain}
        if "together" in given:
            changed["look"] = "" if given["together"] else "loose"
        item = item.but(**changed, condition=None if given.get("formula") else self._condition())
        if given.get("kind"):
            item = item.but(kind=ItemKind(given["kind"]))
        if "rows" in given:
            taken = {one.name for one in plan.walk()}
            item = item.but(items=read_rows(given["rows"], item.items, item.name, taken))
        plan, item = self._listed(plan, item)
        if "o0_when" in self.fields:
            plan = with_offers(plan, item, offers_given(self))
        plan = put(plan, self.item.name, settled(item, plan))
        plan = rename(plan, self.item.name, given["name"]) if given["name"] != self.item.name else plan
        return without_unused_lists(plan)

    def _listed(self, plan: Plan, item: Item) -> tuple[Plan, Item]:
        if "options" not in self.cleaned_data:
            return plan, item
        if self.cleaned_data.get("reuse"):
            return plan, item.but(list_name=self.cleaned_data["reuse"])
        before, above = plan.lists.get(item.list_name, ()), self._above()
        options = read_options(self.cleaned_data["options"], before, above)
        if not item.list_name or (self.cleaned_data.get("apart") and options != plan.lists[item.list_name]):
            item = item.but(list_name=fresh_list(plan, item.name))
        return plan.but(lists={**plan.lists, item.list_name: options}), item


def _tidy(value: Any) -> Any:
    return value.replace("\r\n", "\n").replace("\u3000", " ").strip() if isinstance(value, str) else value
