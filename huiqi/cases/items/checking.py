"""Checks the content of a service item, file or draft alike, and notes every fault with its place. Pure."""

import re
from collections.abc import Collection, Iterable
from typing import Any

from huiqi.accounts.functions import Function
from huiqi.cases.items.definition import Authority, FieldKind
from huiqi.cases.items.words import PLACE
from huiqi.cases.workflow import Ending, Stage, Urgency
from huiqi.rules.conditions_file import CONFIDENCES
from huiqi.rules.documents import Entry
from huiqi.rules.sections import Report, Section
from huiqi.workflow.terms import LimitUnit

KINDS = ("request", "enquiry", "arrears", "legal", "shortage", "green_channel", "licence", "loan")
LEVELS = ("county", "city", "province")
RUNGS = ("city", "province", "leading_group")
KEYS = frozenset(
    "id title title_en summary kind guide questionnaire open_to_public masks_requester needs_proof topics"
    " fields limits ladder refusal_reasons return_reasons gaps sources".split()
)
TOPIC_KEYS, LEAD_KEYS = (
    frozenset("id title lead words policies".split()),
    frozenset("function level authority".split()),
)
LIMIT_KEYS = frozenset("amount unit confidence source".split())
FIELD_KEYS = frozenset("id label kind required help choices unit most personal shown_if".split())
SOURCE_KEYS = frozenset("title url confidence note".split())
ITEM_ID, FIELD_ID = re.compile(r"[a-z][a-z0-9-]{0,39}"), re.compile(r"[a-z][a-z0-9_]{0,39}")
FORM_ID = re.compile(r"[A-Za-z0-9._\-]{1,100}")
# What a limit without a source must own up to: it is only this site's default.
OWN_DEFAULT = "默认"
MOST = {LimitUnit.WORKING_DAYS: 250, LimitUnit.OFFICE_HOURS: 400, LimitUnit.HOURS: 2160}
MOST_TOPICS, MOST_FIELDS, MOST_WORDS, MOST_ANSWER = 40, 40, 40, 4000
_NEEDED = (Stage.ACCEPT, Stage.HANDLE)


class Checker:
    """Checks one item. `policies` are the ids of the rulebook's policies; None leaves them unchecked."""

    def __init__(self, report: Report, entry: Entry, policies: Collection[str] | None = None) -> None:
        self.report, self.policies = report, policies
        self.top = Section(report, entry, "", KEYS)

    def run(self) -> None:
        """Note every fault in the report."""
        if not isinstance(self.top.entry.value, dict):
            return
        top = self.top
        self._id(top, "id", ITEM_ID, required=True)
        for key, most in (("title", 20), ("summary", 200), ("guide", 4000)):
            self._text(top, key, most)
        self._text(top, "title_en", 60, required=False)
        form_id = top.text("questionnaire", required=False)
        if form_id and not FORM_ID.fullmatch(form_id):
            top.wrong(
                "questionnaire", f"“{form_id[:40]}”不是表单编号", "写已发布问卷的表单编号，不用问卷的留空"
            )
        top.word("kind", KINDS, "request")
        top.flag("open_to_public"), top.flag("masks_requester")
        for ending in top.texts("needs_proof"):
            if ending not in Ending.values:
                top.wrong(
                    "needs_proof", f"没有“{ending}”这种办结方式", f"可用的有 {'、'.join(Ending.values)}"
                )
        self._topics()
        limits = self._limits()
        self._ladder()
        _Fields(self).run()
        for key in ("refusal_reasons", "return_reasons"):
            self.pairs(top, key, required=True)
        top.texts("gaps")
        self._sources()
        self._places(limits)

    # ------------------------------------------------------------ parts

    def _topics(self) -> None:
        entries = self.top.items("topics", required=True)
        if not 1 <= len(entries) <= MOST_TOPICS:
            self.top.wrong("topics", f"主题有{len(entries)}个", f"写1至{MOST_TOPICS}个主题")
        parts = self.sections(entries, "topics", TOPIC_KEYS)
        self.once(parts, "id")
        for part in parts:
            self._id(part, "id", ITEM_ID, required=True)
            self._text(part, "title", 30)
            self._lead(part)
            words = part.texts("words")
            if len(words) > MOST_WORDS or any(not 1 <= len(word) <= 12 for word in words):
                part.wrong("words", "用词过多或过长", f"不超过{MOST_WORDS}个，每个1至12字")
            for policy in part.texts("policies"):
                if self.policies is not None and policy not in self.policies:
                    part.wrong(
                        "policies", f"没有政策“{policy[:40]}”", "写规则手册中政策目录的名称，如 si-defer"
                    )

    def _lead(self, topic: Section) -> None:
        if not topic.has("lead"):
            topic.wrong("lead", "没有写由谁牵头", "写明 function、level 和 authority")
            return
        lead = Section(self.report, topic.pairs["lead"], topic.at("lead"), LEAD_KEYS)
        function = lead.word("function", Function.values, "sme")
        lead.word("level", LEVELS, "county")
        authority = lead.word("authority", tuple(Authority), "inform")
        if authority == Authority.ASSIGN and function != Function.SME:
            lead.wrong(
                "authority", "对其他部门不能交办", "改为 consult（商请）、forward（转送）或 inform（告知）"
            )

    def _limits(self) -> dict[tuple[str, str], Section]:
        found: dict[tuple[str, str], Section] = {}
        entries = self.top.items("limits", required=True)
        for part in self.sections(entries, "limits", LIMIT_KEYS | {"stage", "urgency"}):
            stage = part.word("stage", Stage.values, "handle")
            urgency = part.optional_word("urgency", Urgency.values) or "" if part.has("urgency") else ""
            if (stage, urgency) in found:
                part.wrong("stage", "同一环节、同一紧急程度写了两个时限", "请删去一个")
            found[stage, urgency] = part
            self._limit(part)
        for stage in _NEEDED:
            has_all = all((stage, urgency) in found for urgency in Urgency.values)
            if (stage, "") not in found and not has_all:
                self.top.wrong(
                    "limits", f"“{stage.label}”没有时限", "写一个不分紧急程度的，或三种紧急程度各一个"
                )
        return found

    def _limit(self, part: Section) -> None:
        unit = LimitUnit(part.word("unit", tuple(LimitUnit), "working_days"))
        amount = part.whole("amount", required=True)
        if amount is not None and not 1 <= amount <= MOST[unit]:
            part.wrong("amount", f"时限{amount}不在范围内", f"写1至{MOST[unit]}的整数")
        confidence = part.word("confidence", CONFIDENCES, "GAP")
        source = self._text(part, "source", 300)
        if confidence == "GAP" and source and OWN_DEFAULT not in source:
            part.wrong("source", "没有依据的时限没有写明是默认值", "写明没有查到什么，取多少为本站默认值")

    def _ladder(self) -> None:
        seen: list[tuple[int, int, str]] = []
        for part in self.sections(self.top.items("ladder"), "ladder", LIMIT_KEYS | {"level"}):
            level = part.word("level", RUNGS, "city")
            self._limit(part)
            amount = part.pairs["amount"].value if part.has("amount") else 0
            unit = part.pairs["unit"].value if part.has("unit") else "working_days"
            here = (RUNGS.index(level), amount if isinstance(amount, int) else 0, str(unit))
            if seen and (here[0] <= seen[-1][0] or here[1] <= seen[-1][1] or here[2] != seen[-1][2]):
                part.wrong("level", "升级阶梯没有逐级向上", "从市、省到领导小组，时间一级比一级长，单位相同")
            seen.append(here)

    def _sources(self) -> None:
        for part in self.sections(self.top.items("sources"), "sources", SOURCE_KEYS):
            self._text(part, "title", 200)
            part.word("confidence", CONFIDENCES, "GAP")
            url = part.text("url")
            if url is not None and not url.startswith(("https://", "http://")):
                part.wrong("url", "不是网址", "网址以 https:// 开头；没有网址的不写这一项")

    def _places(self, limits: dict[tuple[str, str], Section]) -> None:
        guide = self.top.text("guide") or ""
        for match in PLACE.finditer(guide):
            stage, urgency = match[1], match[2] or ""
            if (stage, urgency) not in limits and (stage, "") not in limits:
                self.top.wrong(
                    "guide",
                    f"指南里的{match[0]}没有对应的时限",
                    "写成 {handle:ordinary} 这样的环节和紧急程度",
                )

    # ------------------------------------------------------------ small checks

    def sections(self, entries: Iterable[Entry], key: str, allowed: Collection[str]) -> list[Section]:
        """The mappings of a list."""
        return [
            Section(self.report, entry, f"{key}[{index}]", allowed) for index, entry in enumerate(entries)
        ]

    def once(self, parts: list[Section], key: str) -> None:
        """Note a value that two parts share."""
        seen: set[Any] = set()
        for part in parts:
            value = part.pairs[key].value if part.has(key) else None
            if value is not None and not isinstance(value, list | dict) and value in seen:
                part.wrong(key, f"“{value}”重复", "请给其中一个改名")
            elif not isinstance(value, list | dict):
                seen.add(value)

    def pairs(self, section: Section, key: str, required: bool) -> list[str]:
        """The codes of a list of code and label."""
        parts = [
            Section(self.report, entry, section.at(f"{key}[{index}]"), {"code", "label"})
            for index, entry in enumerate(section.items(key, required=required))
        ]
        if required and not parts and section.has(key):
            section.wrong(key, "一项也没有", "至少写一项代码和文字")
        self.once(parts, "code")
        for part in parts:
            self._id(part, "code", ITEM_ID, FIELD_ID)
            self._text(part, "label", 100)
        return [str(part.pairs["code"].value) for part in parts if part.has("code")]

    @staticmethod
    def _id(section: Section, key: str, *shapes: re.Pattern[str], required: bool = True) -> None:
        text = section.text(key, required=required)
        if text is not None and not any(shape.fullmatch(text) for shape in shapes):
            section.wrong(
                key, f"“{text[:40]}”不能作名称", "以小写字母开头，用小写字母、数字和连接符，不超过40个字符"
            )

    @staticmethod
    def _text(section: Section, key: str, most: int, required: bool = True) -> str:
        text = section.text(key, required=required) or ""
        if len(text) > most:
            section.wrong(key, f"有{len(text)}个字，太长", f"不超过{most}个字")
        return text


class _Fields:
    """Checks the questions of the form."""

    def __init__(self, checker: Checker) -> None:
        self.checker, self.top = checker, checker.top
        # What can be referred to by shown_if: field id → its answers.
        self.answers: dict[str, Collection[str]] = {}

    def run(self) -> None:
        parts = self.checker.sections(self.top.items("fields"), "fields", FIELD_KEYS)
        if len(parts) > MOST_FIELDS:
            self.top.wrong("fields", f"表单有{len(parts)}项，太长", f"不超过{MOST_FIELDS}项")
        self.checker.once(parts, "id")
        kinds = {str(part.pairs["id"].plain): self._kind(part) for part in parts if part.has("id")}
        for name in kinds:
            # A money box posts its unit under this name.
            if name.endswith("_unit") and kinds.get(name.removesuffix("_unit")) == FieldKind.MONEY:
                self.top.wrong("fields", f"“{name}”与金额的单位重名", "请改名")
        for part in parts:
            self._one(part)

    @staticmethod
    def _kind(part: Section) -> str:
        return str(part.pairs["kind"].plain) if part.has("kind") else ""

    def _one(self, part: Section) -> None:
        check = self.checker
        check._id(part, "id", FIELD_ID)
        check._text(part, "label", 60)
        check._text(part, "help", 200, required=False)
        check._text(part, "unit", 10, required=False)
        part.flag("required"), part.flag("personal")
        kind = part.word("kind", tuple(FieldKind), "text")
        self._shape(part, kind)
        self._condition(part)
        codes = check.pairs(part, "choices", required=False) if part.has("choices") else []
        if kind == FieldKind.YES_NO:
            codes = ["yes", "no"]
        if part.has("id"):
            self.answers[str(part.pairs["id"].plain)] = codes

    def _shape(self, part: Section, kind: str) -> None:
        is_choice = kind in (FieldKind.CHOICE, FieldKind.CHOICES)
        if is_choice != bool(part.has("choices") and part.items("choices")):
            remedy = "写 choices，每项有代码和文字" if is_choice else "请删去 choices，或改 kind"
            part.wrong("choices", "选项与类型不符", remedy)
        if part.has("unit") and kind != FieldKind.INTEGER:
            part.wrong("unit", "只有整数才写单位", "请删去 unit")
        most = part.whole("most")
        if most is not None and kind not in (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.INTEGER):
            part.wrong("most", "这个类型没有上限可写", "请删去 most")
        elif most is not None and (most < 1 or kind != FieldKind.INTEGER and most > MOST_ANSWER):
            part.wrong("most", f"上限{most}不在范围内", f"文字1至{MOST_ANSWER}字，整数为正")
        is_personal = part.has("personal") and part.pairs["personal"].plain is True
        if kind == FieldKind.PHONE and not is_personal:
            part.wrong("personal", "电话是个人信息", "写 personal: true，加密保存")
        if is_personal and kind not in (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.PHONE):
            part.wrong("personal", "个人信息只能是文字或电话", "请改 kind，或拆成两项")

    def _condition(self, part: Section) -> None:
        if not part.has("shown_if"):
            return
        shown = Section(self.checker.report, part.pairs["shown_if"], part.at("shown_if"), {"field", "is"})
        name, code = shown.text("field", required=True), shown.text("is", required=True)
        if name is None or code is None:
            return
        if name not in self.answers:
            shown.wrong("field", f"前面没有“{name[:40]}”这一项", "只能依据排在前面的一项")
        elif code not in self.answers[name]:
            can = "、".join(self.answers[name]) or "（那一项不是选择）"
            shown.wrong("is", f"那一项没有“{code[:40]}”这个答案", f"可用的有 {can}")
