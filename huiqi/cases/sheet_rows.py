"""Reading requests from a table of another system (12345): columns by their headings, rows located. Pure.

Firms are told by their credit code alone: two firms may bear one name, and a name is often misheard on the
telephone. Nothing is guessed: a topic that no item has is a fault, not "other".
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from huiqi.cases.items.definition import ItemDefinition
from huiqi.cases.workflow import Urgency
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.personal import plain_phone
from huiqi.enterprises.importing.places import NotFound, Places
from huiqi.files.tables.cells import as_choice, as_text
from huiqi.files.tables.faults import Fault
from huiqi.files.tables.problems import WrongCell
from huiqi.files.tables.table import Cell, Row, Table
from huiqi.reference.credit_codes import find_problem, normalise

REF, NAME, PHONE, FIRM, CODE, COUNTY = "ref", "name", "phone", "firm", "code", "county"
ITEM, TOPIC, TITLE, TEXT, URGENCY, SAID_AT = "item", "topic", "title", "text", "urgency", "said_at"
LABELS: Mapping[str, str] = {
    REF: gettext_noop("工单编号"),
    NAME: gettext_noop("诉求人"),
    PHONE: gettext_noop("联系电话"),
    FIRM: gettext_noop("单位名称"),
    CODE: gettext_noop("统一社会信用代码"),
    COUNTY: gettext_noop("所在县市区"),
    ITEM: gettext_noop("事项"),
    TOPIC: gettext_noop("主题"),
    TITLE: gettext_noop("标题"),
    TEXT: gettext_noop("诉求内容"),
    URGENCY: gettext_noop("紧急程度"),
    SAID_AT: gettext_noop("来电时间"),
}
# Headings as citizens' hotlines write them; there is no common layout.
SPELLINGS: Mapping[str, Sequence[str]] = {
    REF: "工单编号 工单号 编号 流水号 受理编号 业务编号 单号 诉求编号 来源编号".split(),
    NAME: "诉求人 诉求人姓名 姓名 来电人 来电人姓名 联系人 市民姓名 反映人".split(),
    PHONE: "联系电话 电话 来电号码 联系方式 手机 手机号 手机号码 诉求人电话 电话号码 回访电话".split(),
    FIRM: "单位名称 企业名称 公司名称 诉求单位 诉求企业 企业 单位".split(),
    CODE: "统一社会信用代码 社会信用代码 信用代码 统一代码".split(),
    COUNTY: "所在县市区 县市区 区县 所属区县 所属区域 所在地区 地区 行政区划 事发区域 区域 county".split(),
    ITEM: "事项 诉求类型 业务类型 工单类型 事项名称".split(),
    TOPIC: "主题 诉求主题 类别 分类 诉求分类 内容分类 问题分类".split(),
    TITLE: "标题 诉求标题 工单标题 主要诉求 简要".split(),
    TEXT: "诉求内容 内容 工单内容 详细内容 反映内容 问题描述 诉求详情 来电内容".split(),
    URGENCY: "紧急程度 优先级 缓急 紧急级别".split(),
    SAID_AT: "来电时间 受理时间 登记时间 工单时间 反映时间 创建时间".split(),
}
NEEDED = (REF, PHONE, TEXT)
PERSONAL = frozenset({NAME, PHONE, TEXT, TITLE})
_URGENCIES = {
    **dict.fromkeys(("普通", "一般", "常规", "正常"), Urgency.ORDINARY),
    **dict.fromkeys(("紧急", "急", "加急", "特急", "特别紧急"), Urgency.URGENT),
    **dict.fromkeys(("疑难", "复杂"), Urgency.COMPLEX),
}
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}")
_NO_CODE = frozenset({"-", "—", "/", "无", "没有"})
_LONGEST = {REF: 60, NAME: 60, FIRM: 120, TITLE: 400, TEXT: 3800, SAID_AT: 40}
_TITLE_LENGTH, _SHOWN = 80, 40


@dataclass(slots=True)
class RequestRow:
    """One row as it will be asked."""

    number: int
    ref: str = ""
    name: str = ""
    phone: str = ""
    firm: str = ""
    code: str = ""
    has_no_code: bool = False
    county: str = ""
    item: str = ""
    topic: str = ""
    title: str = ""
    text: str = ""
    urgency: Urgency = Urgency.ORDINARY
    said_at: str = ""
    faults: list[Fault] = field(default_factory=list)


def recognise(headings: Sequence[str]) -> dict[str, str]:
    """Heading → field, each field once, the first heading that fits."""
    by_spelling = {_plain(one): key for key, spelt in SPELLINGS.items() for one in spelt}
    found: dict[str, str] = {}
    for heading in headings:
        key = by_spelling.get(_plain(heading))
        if key is not None and key not in found.values():
            found[heading] = key
    return found


def missing(mapping: Mapping[str, str]) -> list[str]:
    """The labels of columns without which no row can go in."""
    return [LABELS[key] for key in NEEDED if key not in mapping.values()]


def _plain(heading: str) -> str:
    text = unicodedata.normalize("NFKC", heading).lower()
    return re.sub(r"[\s*＊:：]|\(.*?\)", "", text)


@dataclass(frozen=True)
class Terms:
    """What rows are read against: items in force by id, places, the county where a row names none."""

    items: Mapping[str, ItemDefinition]
    places: Places
    county: str = ""
    item: str = "request"


class RequestReader:
    """Reads the rows of one table."""

    def __init__(self, table: Table, mapping: Mapping[str, str], terms: Terms) -> None:
        self._table, self._terms = table, terms
        self._heading = {key: heading for heading, key in mapping.items() if heading in table.index}
        titles = {one.title: one.id for one in terms.items.values()}
        self._items = {**{one: one for one in terms.items}, **titles}

    def read(self, row: Row) -> RequestRow:
        """The row's values and every fault in it."""
        found = RequestRow(row.number)
        if row.problems:
            found.faults += [Fault("", str(problem)) for problem in row.problems]
            return found
        for key in self._heading:
            self._take(key, row, found)
        if not found.faults:
            self._complete(found)
        return found

    def _take(self, key: str, row: Row, found: RequestRow) -> None:
        heading = self._heading[key]
        cell = row.cell(heading)
        try:
            self._readers().get(key, _text_of(key))(cell, found)
        except WrongCell as wrong:
            said = f"{wrong.problem.message}{wrong.problem.remedy}"
            found.faults.append(Fault(heading, said, _shown(key, cell)))
        except NotFound as nowhere:
            found.faults.append(Fault(heading, str(nowhere), _shown(key, cell)))

    def _readers(self) -> dict[str, Callable[[Cell, RequestRow], None]]:
        return {
            PHONE: _phone,
            CODE: _code,
            COUNTY: self._county,
            ITEM: self._item,
            URGENCY: _urgency,
        }

    def _county(self, cell: Cell, found: RequestRow) -> None:
        text = as_text(cell, longest=60)
        found.county = self._terms.places.county(text) if text else ""

    def _item(self, cell: Cell, found: RequestRow) -> None:
        found.item = as_choice(cell, self._items) or ""

    def _complete(self, found: RequestRow) -> None:
        found.item = found.item or self._terms.item
        found.county = found.county or self._terms.county
        found.title = (found.title or re.split(r"[\n。！？!?]", found.text)[0])[:_TITLE_LENGTH]
        for key in NEEDED:
            if not getattr(found, key):
                said = gettext_noop("这一格是空的。每行都要填“%(label)s”。")
                self._fault(found, key, Message(said, {"label": LABELS[key]}))
        if not found.county and not found.code:
            said = gettext_noop("不知道由哪个县市区受理。请填“所在县市区”。")
            self._fault(found, COUNTY, Message(said))
        self._set_topic(found)

    def _set_topic(self, found: RequestRow) -> None:
        definition = self._terms.items.get(found.item)
        if definition is None:
            closed = Message(gettext_noop("这个事项目前没有开放。请填事项目录里的名称。"))
            self._fault(found, ITEM, closed)
            return
        topics = {topic.id: topic.id for topic in definition.topics}
        topics |= {topic.title: topic.id for topic in definition.topics}
        if not found.topic:
            # The last topic of an item is "other": the desk classifies.
            found.topic = definition.topics[-1].id
        elif found.topic in topics:
            found.topic = topics[found.topic]
        else:
            said = gettext_noop("“%(item)s”没有这个主题。可填：%(topics)s；不清楚的留空，由受理单位归类。")
            names = "、".join(topic.title for topic in definition.topics[:12])
            self._fault(found, TOPIC, Message(said, {"item": definition.title, "topics": names}))

    def _fault(self, found: RequestRow, key: str, said: Message) -> None:
        found.faults.append(Fault(self._heading.get(key, LABELS[key]), str(said)))


def _text_of(key: str) -> Callable[[Cell, RequestRow], None]:
    def take(cell: Cell, found: RequestRow) -> None:
        setattr(found, key, as_text(cell, longest=_LONGEST.get(key, 200)) or "")

    return take


def _phone(cell: Cell, found: RequestRow) -> None:
    found.phone = read_phone(cell)


def _code(cell: Cell, found: RequestRow) -> None:
    found.code, found.has_no_code = read_code(cell), says_no_code(cell)


def read_phone(cell: Cell) -> str:
    """The digits of a mobile number, or of a landline with its area code; "" for blank, else WrongCell."""
    digits = plain_phone(as_text(cell, longest=60) or "")
    if digits and not _PHONE.fullmatch(digits):
        said = Message(gettext_noop("不是电话号码。请填11位手机号，或带区号的固定电话。"))
        raise WrongCell(cell.problem("cases.phone", said))
    return digits


def says_no_code(cell: Cell) -> bool:
    """Whether the cell says that there is no code, which a blank one does not."""
    return as_text(cell, longest=60) in _NO_CODE


def read_code(cell: Cell) -> str:
    """A credit code, tidied; "" for blank or "none", else WrongCell."""
    text = as_text(cell, longest=60) or ""
    if not text or text in _NO_CODE:
        return ""
    problem = find_problem(text)
    if problem is not None:
        raise WrongCell(cell.problem("cases.credit_code", problem.said))
    return normalise(text)


def _urgency(cell: Cell, found: RequestRow) -> None:
    found.urgency = as_choice(cell, _URGENCIES) or Urgency.ORDINARY


def _shown(key: str, cell: Cell) -> str:
    if key in PERSONAL or not isinstance(cell.value, str | int):
        return ""
    return str(cell.value).strip()[:_SHOWN]
