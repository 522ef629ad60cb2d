"""Boxes of the editor that say what an answer means to the site: fact, unit, policy, offers of help."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from huiqi.questionnaires.builder.editing import parent_of
from huiqi.questionnaires.builder.offering import MOST_OFFERS, Offer, offers_of
from huiqi.questionnaires.builder.plan import Item, ItemKind, Plan
from huiqi.questionnaires.queries.known import known_here, policy_titles
from huiqi.questionnaires.xlsform.meanings import Known

LONGEST_TITLE, LONGEST_TEXT = 80, 1000


def meaning_fields(item: Item, plan: Plan) -> dict[str, forms.Field]:
    """Fact, unit and policy of a question; none inside repeats, where answers are many."""
    parent = parent_of(plan, item.name)
    if not item.is_answered or (parent is not None and parent.kind is ItemKind.REPEAT):
        return {}
    known = known_here(asks_items=False)
    facts = sorted((one.label, name) for name, one in known.facts.items() if one.kept and not one.derived)
    shown = [("", _("不写入档案")), *((name, label) for label, name in facts)]
    hint = _("企业答了，就作为企业自报写进企业档案；下一轮和别的表可以带入。")
    found: dict[str, forms.Field] = {"fact": _choice(_("对应企业档案的哪一项"), shown, item.fact, hint)}
    if item.kind in {ItemKind.INTEGER, ItemKind.DECIMAL, ItemKind.MONEY, ItemKind.RANGE} or item.unit:
        units = [("", _("和档案相同")), ("yuan", _("元")), ("wan", _("万元")), ("percent", _("百分比（%）"))]
        found["unit"] = _choice(_("答案的单位"), units, item.unit)
    if item.kind is ItemKind.ONE or item.policy:
        titles = [("", _("不是")), *policy_titles()]
        hint = _("选项代码用 had（已享受）、applied（申请中）、fits（符合未申请）、unfit、unknown。")
        found["policy"] = _choice(_("问的是哪项政策的享受情况"), titles, item.policy, hint)
    return found


def _choice(label: str, choices: list[tuple[str, str]], value: str, hint: str = "") -> forms.Field:
    if value and value not in {name for name, _label in choices}:
        choices = [*choices, (value, value)]
    return forms.ChoiceField(label=label, choices=choices, required=False, initial=value, help_text=hint)


def offer_fields(item: Item, plan: Plan) -> dict[str, forms.Field]:
    """For each offer of the question, and for one more: the answer, the item with topic, title and text."""
    options = plan.lists.get(item.list_name, ())
    known = known_here()
    if item.kind not in {ItemKind.ONE, ItemKind.MANY} or not options or not known.items:
        return {}
    offers: list[Offer | None] = [*offers_of(plan, item.name)]
    shown = [("", _("（不提供）")), *((one.name, one.label) for one in options)]
    whats = [("", _("请选")), *_whats(known)]
    found: dict[str, forms.Field] = {}
    for at, one in enumerate([*offers, None][:MOST_OFFERS]):
        what = f"{one.item}/{one.topic}" if one else ""
        number = {"n": at + 1}
        label = _("第%(n)s项：选了哪一项的企业") % number
        found[f"o{at}_when"] = _choice(label, shown, one.option if one else "")
        found[f"o{at}_what"] = _choice(_("帮它提哪一类诉求"), whats, what)
        found[f"o{at}_title"] = _text(_("诉求的标题"), one.title if one else "", LONGEST_TITLE)
        found[f"o{at}_text"] = _text(_("诉求的内容"), one.text if one else "", LONGEST_TEXT, rows=2)
    return found


def _whats(known: Known) -> Iterator[tuple[str, str]]:
    for key, sketch in (known.items or {}).items():
        for topic in sorted(sketch.topics, key=lambda one: sketch.topic_names.get(one, one)):
            yield f"{key}/{topic}", f"{sketch.title or key} · {sketch.topic_names.get(topic, topic)}"


def _text(label: str, value: str, most: int, rows: int = 0) -> forms.Field:
    widget = forms.Textarea({"rows": rows}) if rows else forms.TextInput({"autocomplete": "off"})
    hint = _("可以引用答案，如 ${q1}。") if rows else ""
    return forms.CharField(
        label=label, max_length=most, required=False, initial=value, widget=widget, help_text=hint
    )


def offers_given(form: forms.Form) -> list[Offer]:
    """The offers as filled in; one without an answer is none. For cleaned boxes."""
    found = []
    for at in range(MOST_OFFERS):
        given: dict[str, Any] = form.cleaned_data
        option = given.get(f"o{at}_when", "")
        if not option:
            continue
        item, _slash, topic = given.get(f"o{at}_what", "").partition("/")
        title, text = (str(given.get(f"o{at}_{name}", "")).strip() for name in ("title", "text"))
        found.append(Offer(option, item, topic, title, text))
    return found


def check_offers(form: forms.Form) -> None:
    """An offer needs an item and a title."""
    for at in range(MOST_OFFERS):
        if not form.cleaned_data.get(f"o{at}_when"):
            continue
        if not form.cleaned_data.get(f"o{at}_what"):
            form.add_error(f"o{at}_what", _("请选帮企业提哪一类诉求；不提供就把上面选成“不提供”。"))
        if not str(form.cleaned_data.get(f"o{at}_title", "")).strip():
            form.add_error(f"o{at}_title", _("请写诉求的标题，如“希望减免房租”。"))
