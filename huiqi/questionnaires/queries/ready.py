"""What can be added in the builder: every type of question, and ready-made ones."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from huiqi.questionnaires.builder.editing import fresh_list, fresh_name
from huiqi.questionnaires.builder.plan import CHOOSING, Item, ItemKind, Option, Plan
from huiqi.reference.models import Industry
from huiqi.reference.queries import counties


class Offer(NamedTuple):
    """One thing to add: the key a form posts, what it is called, what it is good for."""

    key: str
    label: Any
    hint: Any = ""


COMMON = (
    Offer("one", _("单选")),
    Offer("many", _("多选")),
    Offer("yesno", _("是否")),
    Offer("text", _("填空")),
    Offer("longtext", _("长文字")),
    Offer("integer", _("整数")),
    Offer("money", _("金额（万元）")),
    Offer("date", _("日期")),
    Offer("matrix", _("矩阵")),
    Offer("note", _("说明文字")),
)
MORE = (
    (
        _("现成的题"),
        (
            Offer("credit", _("统一社会信用代码")),
            Offer("county", _("所在的县（市、区）")),
            Offer("industry", _("所属行业（门类）")),
            Offer("employees", _("从业人员（人）")),
            Offer("revenue", _("上年营业收入（万元）")),
            Offer("agree", _("同意程度量表")),
        ),
    ),
    (
        _("更多题型"),
        (
            Offer("search", _("下拉搜索单选")),
            Offer("decimal", _("小数")),
            Offer("time", _("时间")),
            Offer("datetime", _("日期和时间")),
            Offer("rank", _("排序")),
            Offer("range", _("刻度（如0到10分）")),
            Offer("acknowledge", _("确认（打勾）")),
            Offer("image", _("照片")),
            Offer("file", _("文件")),
            Offer("geopoint", _("位置（经纬度）")),
            Offer("calculate", _("计算（不显示）")),
            Offer("hidden", _("系统带入的值（不显示）")),
        ),
    ),
    (_("分组"), (Offer("page", _("新的一页")), Offer("repeat", _("可以填多次的一组")))),
)
KIND_LABELS: Mapping[str, Any] = {
    **{offer.key: offer.label for offer in COMMON},
    **{offer.key: offer.label for _title, offers in MORE[1:] for offer in offers},
    "page": _("一页"),
    "repeat": _("可以填多次的一组"),
}
# The kinds a question may be changed into; what does not fit the new one is dropped.
CHANGEABLE = (
    ("one", "many", "rank"),
    ("text", "longtext", "integer", "decimal", "money", "date", "time", "datetime"),
)
_CODE_RULE = "regex(., '^[0-9A-HJ-NPQRTUWXY]{18}$')"
_CODE_SAID = "信用代码是18位数字和大写字母，不含 I、O、S、V、Z，请对照营业执照。"
_YES_NO = (Option("yes", "是"), Option("no", "否"))
_AGREE = tuple(
    Option(f"a{5 - at}", label)
    for at, label in enumerate(("非常同意", "同意", "说不好", "不同意", "非常不同意"))
)
_FRESH = (Option("c1", "选项1"), Option("c2", "选项2"))
# Names by which the register and the analysis know these answers.
_READY: Mapping[str, Item] = {
    "credit": Item(
        ItemKind.TEXT,
        "uscc",
        label="统一社会信用代码",
        hint="营业执照上的18位代码。",
        is_required=True,
        rule=_CODE_RULE,
        rule_said=_CODE_SAID,
    ),
    "county": Item(ItemKind.ONE, "county", label="所在的县（市、区）", is_required=True, look="search"),
    "industry": Item(ItemKind.ONE, "industry", label="所属行业", is_required=True, look="search"),
    "employees": Item(
        ItemKind.INTEGER,
        "employees",
        label="现有从业人员（人）",
        is_required=True,
        low="0",
        high="1000000",
        fact="employees",
    ),
    "revenue": Item(ItemKind.MONEY, "revenue_wan", label="上年营业收入", low="0", fact="revenue", unit="wan"),
}


def is_offered(key: str) -> bool:
    """True for a key that can be added."""
    keys = {offer.key for offer in COMMON} | {offer.key for _title, offers in MORE for offer in offers}
    return key in keys


def added(plan: Plan, key: str) -> tuple[Plan, Item]:
    """The plan with the lists a new item needs, and the item, not yet in its place."""
    ready = _READY.get(key)
    if ready is not None:
        name = ready.name if plan.find(ready.name) is None else fresh_name(plan, f"{ready.name}_")
        item = ready.but(name=name)
        return _with_list(plan, item, key) if item.kind in CHOOSING else (plan, item)
    if key in {"yesno", "search", "agree"}:
        look = {"search": "search", "agree": "likert"}.get(key, "")
        return _with_list(plan, Item(ItemKind.ONE, fresh_name(plan), look=look, is_required=True), key)
    kind = ItemKind(key)
    stem = {ItemKind.PAGE: "page", ItemKind.REPEAT: "group", ItemKind.NOTE: "note"}.get(kind, "q")
    item = Item(kind, fresh_name(plan, stem), is_required=kind in CHOOSING)
    if kind is ItemKind.RANGE:
        item = item.but(low="0", high="10", step="1", is_required=True)
    if kind is ItemKind.MATRIX:
        rows = (Item(ItemKind.ONE, f"{item.name}_{number}", label=f"第{number}行") for number in (1, 2))
        item = item.but(items=tuple(rows))
    return _with_list(plan, item, key) if kind in CHOOSING else (plan, item)


def _with_list(plan: Plan, item: Item, key: str) -> tuple[Plan, Item]:
    """The item with its options; a list that is there already with the same options serves again."""
    made = {"yesno": _YES_NO, "agree": _AGREE}.get(key, _FRESH)
    stem = {"yesno": "yes_no", "agree": "agree"}.get(key, item.name)
    if key == "county":
        made = tuple(Option(row.code, row.full_name or row.name) for row in counties().order_by("code"))
    if key == "industry":
        rows = Industry.objects.filter(level=Industry.Level.SECTION).order_by("code")
        made = tuple(Option(row.code, row.name) for row in rows)
    known = next((name for name, options in plan.lists.items() if options == made and made != _FRESH), "")
    name = known or fresh_list(plan, stem)
    return plan.but(lists={**plan.lists, name: made}), item.but(list_name=name)
