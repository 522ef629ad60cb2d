"""What a column of an imported table can mean, and guessing it from the heading. Pure.

A heading says three things: the field (营业收入), the unit (万元) and sometimes the year (2019年). Columns
that hold figures of other authorities, numbers of persons or what the system works out itself are not
read, and the person is told why.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from huiqi.core.messages import gettext_noop
from huiqi.enterprises.catalogue import MEMBERSHIPS, is_statable
from huiqi.rules.catalogue import Catalogue, Fact

NAME, CODE, COUNTY, CITY = "name", "credit_code", "prefecture", "city"
REGISTRATION, PARK, PERSON, PHONE = "registration", "park", "person", "phone"
PERSONAL = frozenset({PERSON, PHONE})
MONEY_UNITS = ("元", "千元", "万元", "百万元", "亿元")
# A heading that is a fact's id follows the catalogue: money there is whole fen.
FEN = "分"
LONGEST_HEADING = 80

IDENTITY, FIGURES, CONTACT, OTHER = "identity", "figures", "contact", "other"


@dataclass(frozen=True)
class Field:
    """One thing a column may hold; `fact` None: a property of the firm's row or its contact."""

    key: str
    label: str
    group: str
    fact: Fact | None = None

    @property
    def is_money(self) -> bool:
        return self.fact is not None and self.fact.unit == "fen"


@dataclass(frozen=True)
class Meaning:
    """How one column is read: the field's key, "" for not at all; money's unit and the heading's year."""

    field: str = ""
    unit: str = ""
    year: str = ""

    def as_json(self) -> dict[str, str]:
        return {"field": self.field, "unit": self.unit, "year": self.year}


@dataclass(frozen=True)
class Guess:
    """What a heading seems to mean; `refused` is the reason (a msgid) why the column must not be read."""

    meaning: Meaning
    refused: str = ""


_PROPERTIES = (
    (NAME, gettext_noop("企业名称"), IDENTITY),
    (CODE, gettext_noop("统一社会信用代码"), IDENTITY),
    (REGISTRATION, gettext_noop("登记状态"), IDENTITY),
    (CITY, gettext_noop("所在市州"), IDENTITY),
    (COUNTY, gettext_noop("所在县市区"), IDENTITY),
    (PARK, gettext_noop("所在园区"), IDENTITY),
    (PERSON, gettext_noop("联系人"), CONTACT),
    (PHONE, gettext_noop("联系电话"), CONTACT),
)
_IDENTITY_FACTS = ("gb4754", "org_type")
_FIGURE_FACTS = ("employees", "revenue", "assets")
# Worked out from the county's code; not a column of its own.
_IMPLIED = frozenset({"province", COUNTY})

# Headings as offices, statistics bureaus and market regulators write them.
SPELLINGS: Mapping[str, Sequence[str]] = {
    NAME: (
        "企业名称 单位名称 公司名称 名称 企业全称 单位详细名称 法人单位名称 单位全称 市场主体名称 "
        "主体名称 企业 企业名 纳税人名称 机构名称 字号名称 name firm firmname "
        "company companyname enterprise enterprisename"
    ).split(),
    CODE: (
        "统一社会信用代码 社会信用代码 信用代码 统一代码 统一信用代码 信用代码证 纳税人识别号 企业代码 "
        "营业执照代码 统一社会信用代码证号 creditcode uscc usci code unifiedsocialcreditcode"
    ).split(),
    REGISTRATION: (
        "登记状态 经营状态 企业状态 存续状态 营业状态 运行状态 registration registrationstatus status"
    ).split(),
    CITY: "所在市州 市州 地市 城市 市 所属市州 设区市 地级市 所在城市 市级 city prefecturecity".split(),
    COUNTY: (
        "所在县市区 县市区 区县 县区 所属县市区 所属区县 所在区县 所在县区 行政区划 行政区划代码 区划代码 "
        "区划 所在地区 地区 所属地区 注册地县市区 注册地区划 注册地 所在地 所在县 所属县 县 区 "
        "县市 county countycode district region division divisioncode prefecture"
    ).split(),
    PARK: "所在园区 园区 所属园区 园区名称 产业园区 开发区 所在开发区 工业园区 park".split(),
    "gb4754": (
        "行业 行业代码 所属行业 国民经济行业 国民经济行业代码 国民经济行业分类 行业小类 行业小类代码 "
        "行业类别 主要行业 行业分类 行业名称 所属行业代码 四位行业代码 gb4754 gbcode industry industrycode"
    ).split(),
    "org_type": "单位类型 企业类型 机构类型 主体类型 市场主体类型 orgtype type".split(),
    "employees": (
        "从业人员期末人数 从业人员 从业人数 从业人员数 期末从业人员 期末从业人数 职工人数 员工人数 员工数 "
        "职工数 用工人数 在岗职工 在岗人数 人数 期末人数 employees staff headcount"
    ).split(),
    "revenue": "营业收入 营收 年营业收入 全年营业收入 营业总收入 销售收入 revenue turnover".split(),
    "assets": "资产总额 资产总计 总资产 资产合计 资产 期末资产总额 assets totalassets".split(),
    PERSON: "联系人 联系人姓名 企业联系人 联络人 经办人 contact contactperson contactname".split(),
    PHONE: (
        "联系电话 联系方式 电话 手机 手机号 手机号码 联系手机 联系人电话 电话号码 联系人手机 phone mobile "
        "tel telephone contactphone"
    ).split(),
}
_TAX = gettext_noop("这是税务部门的数据，本系统不保存，这一列不读取。需要时请通过名单比对取得结论。")
_INSURANCE = gettext_noop("这是社会保险数据，本系统不保存，这一列不读取。需要时请通过名单比对取得结论。")
_NOT_KEPT = gettext_noop("这项数据只在当场测算时使用，本系统不保存，这一列不读取。")
_PERSON_NUMBER = gettext_noop("身份证号、银行账号等个人信息不是档案需要的，这一列不读取。请先从表中删去。")
_FROM_LISTS = gettext_noop("是否在名单内以名单为准，这一列不读取。请到“名单”中接收或推荐。")
_WORKED_OUT = gettext_noop("由系统按其他指标算出，不从表格读取。")
_REFUSED_WORDS = (
    (re.compile("身份证|证件号|银行账|银行卡|账号$"), _PERSON_NUMBER),
    (
        re.compile("参保|社保|社会保险|养老保险|医疗保险|失业保险|工伤保险|生育保险|缴费基数|缴费人数"),
        _INSURANCE,
    ),
    (
        # Registration with the tax office is no figure of it.
        re.compile("税(?!务登记|务机关|务局|号)"),
        _TAX,
    ),
    (re.compile("^(企业)?(规模|划型|规模类型|企业划型|划型结果|规模划型|大中小微)$"), _WORKED_OUT),
)
_SERIAL = frozenset({"序号", "编号", "行号", "no", "id", "xh"})
_NOT_KEPT_REASON = {"tax": _TAX, "social_insurance": _INSURANCE}

_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})年?(?:度|末|底|全年)?")
_BRACKETS = re.compile(r"[（(\[【]([^）)\]】]*)[）)\]】]")
_UNIT_WORDS = {
    **{unit: unit for unit in MONEY_UNITS},
    "万": "万元", "亿": "亿元", "rmb": "元", "人民币": "元", "人民币元": "元", "人民币万元": "万元",
    "wan": "万元", "yuan": "元", "fen": FEN, "分": FEN, "yi": "亿元", "qian": "千元",
}  # fmt: skip
_UNIT_AT_END = re.compile(r"(百万元|千元|万元|亿元|元)$")
_LATIN_UNIT = re.compile(r"[_\s-](wan|yuan|fen|yi|qian)$")
_PREAMBLE_UNIT = re.compile(r"单位[:：]?(百万元|千元|万元|亿元|元)")


@lru_cache(maxsize=4)
def fields(catalogue: Catalogue) -> dict[str, Field]:
    """All fields by key, in the order in which they are offered."""
    facts = [fact for fact in catalogue.facts.values() if is_importable(fact)]
    by_id = {fact.id: fact for fact in facts}
    found = [Field(key, label, group) for key, label, group in _PROPERTIES if group == IDENTITY]
    found += [_of_fact(by_id[key], IDENTITY) for key in _IDENTITY_FACTS if key in by_id]
    found += [_of_fact(by_id[key], FIGURES) for key in _FIGURE_FACTS if key in by_id]
    found += [Field(key, label, group) for key, label, group in _PROPERTIES if group == CONTACT]
    known = {field.key for field in found} | _IMPLIED
    found += [_of_fact(fact, OTHER) for fact in facts if fact.id not in known]
    return {field.key: field for field in found}


def _of_fact(fact: Fact, group: str) -> Field:
    return Field(fact.id, fact.label, group, fact)


def is_importable(fact: Fact) -> bool:
    """Kept, and stated by people: what the system derives is never read from a table, nor what lists say."""
    return is_statable(fact) and not fact.derived and fact.id not in MEMBERSHIPS


@lru_cache(maxsize=4)
def _words(catalogue: Catalogue) -> tuple[dict[str, str], dict[str, str]]:
    """Plain headings to field keys, and plain headings that must not be read to the reason."""
    known: dict[str, str] = {}
    for key, spellings in SPELLINGS.items():
        known |= dict.fromkeys((plain(one) for one in spellings), key)
    refused: dict[str, str] = {}
    offered = fields(catalogue)
    for fact in catalogue.facts.values():
        for text in (fact.label, fact.full, fact.id):
            if fact.id in offered:
                known.setdefault(plain(text), fact.id)
            elif not fact.kept:
                refused.setdefault(plain(text), _NOT_KEPT_REASON.get(fact.sensitivity, _NOT_KEPT))
            elif fact.derived:
                refused.setdefault(plain(text), _WORKED_OUT)
            elif fact.id in MEMBERSHIPS:
                refused.setdefault(plain(text), _FROM_LISTS)
    return known, refused


def plain(text: str) -> str:
    """A heading's words alone: half-width small letters, no brackets and their content, signs or spaces."""
    narrow = unicodedata.normalize("NFKC", text[:LONGEST_HEADING]).lower()
    return "".join(char for char in _BRACKETS.sub("", narrow) if char.isalnum())


def guess(heading: str, catalogue: Catalogue, preamble: Sequence[str] = ()) -> Guess:
    """The meaning of one heading; `preamble` holds the lines above the table (单位：万元)."""
    known, refused = _words(catalogue)
    narrow = unicodedata.normalize("NFKC", heading[:LONGEST_HEADING]).lower().strip()
    year = _YEAR.search(narrow)
    for words in _readings(narrow):
        if words in known:
            return Guess(
                _with_unit(Meaning(known[words], "", year[1] if year else ""), narrow, catalogue, preamble)
            )
        if words in refused:
            return Guess(Meaning(), refused[words])
    bare = plain(narrow)
    for pattern, reason in _REFUSED_WORDS:
        if pattern.search(bare):
            return Guess(Meaning(), reason)
    return Guess(Meaning())


def _readings(narrow: str) -> Iterable[str]:
    """The heading's words: whole, without the year, without the unit at its end, the part below a group."""
    latin = _LATIN_UNIT.sub("", narrow)
    undated = _YEAR.sub("", latin, count=1)
    last = undated.rpartition("·")[2]
    for text in (latin, undated, last):
        bare = plain(text)
        yield bare
        yield _UNIT_AT_END.sub("", bare)
        yield bare.removeprefix("企业").removeprefix("单位") or bare


def _with_unit(meaning: Meaning, narrow: str, catalogue: Catalogue, preamble: Sequence[str]) -> Meaning:
    field = fields(catalogue)[meaning.field]
    if field.fact is None or field.fact.period not in {"year", "prev_year"}:
        meaning = replace(meaning, year="")
    if not field.is_money:
        return meaning
    return replace(meaning, unit=_unit_in(narrow, meaning.field) or _unit_above(preamble))


def _unit_in(narrow: str, key: str) -> str:
    for inside in _BRACKETS.findall(narrow):
        for word in re.split(r"[,，、;；\s]+", inside):
            unit = _UNIT_WORDS.get(word.removeprefix("单位").lstrip(":："))
            if unit:
                return unit
    latin = _LATIN_UNIT.search(narrow)
    if latin:
        return _UNIT_WORDS[latin[1]]
    at_end = _UNIT_AT_END.search(plain(narrow))
    if at_end:
        return at_end[1]
    return FEN if narrow == key else ""


def _unit_above(preamble: Sequence[str]) -> str:
    for line in preamble:
        found = _PREAMBLE_UNIT.search(re.sub(r"\s", "", unicodedata.normalize("NFKC", line[:200])))
        if found:
            return found[1]
    return ""


def guess_all(headings: Sequence[str], catalogue: Catalogue, preamble: Sequence[str] = ()) -> list[Guess]:
    """A guess for each heading; a field (of one year) goes to one column only, the first."""
    found = [guess(heading, catalogue, preamble) for heading in headings]
    taken: set[tuple[str, str]] = set()
    for place, one in enumerate(found):
        key = (one.meaning.field, one.meaning.year)
        if one.meaning.field and key in taken:
            found[place] = Guess(Meaning())
        taken.add(key)
    return found


def is_serial(heading: str) -> bool:
    """A column that merely numbers the rows; nobody misses it."""
    return plain(heading) in _SERIAL
