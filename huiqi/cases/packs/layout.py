"""Sheets and headings of the offline pack. Pure.

One sheet for each service item, because items ask different things; one for the unit's open cases; codes
last. Headings are the format: columns may be moved, but not renamed or removed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from huiqi.cases.items.definition import Field, FieldKind, ItemDefinition
from huiqi.cases.workflow import PROPOSABLE, Urgency
from huiqi.files.xlsx_writer import sheet_name

FORMAT = "1"
ABOUT, HANDLING, CODES = "说明", "办理中", "代码表"
ABOUT_HEADINGS = ("项目", "内容")
NUMBER, FORMAT_LINE = "离线包编号", "格式版本"
KEY, REASONS = "行号", "未合并的原因"
HANDLING_LETTER = "Z"
MOST_ITEMS = 12
BANNER = "本系统为非涉密系统，不得填写国家秘密"

# Columns of every request; "" marks what may stay blank.
RECEIVED, TOPIC, URGENCY, WAY = "收到时间（选填）", "主题（选填）", "紧急程度（选填）", "来源"
NAME, PHONE, FIRM, CODE = "联系人", "联系电话", "单位名称", "统一社会信用代码（选填）"
COUNTY, TITLE, TEXT, CONSENT = "所在县市区（选填）", "一句话说是什么事", "详细情况", "诉求人同意代填"
YES_NO = {"是": "yes", "否": "no"}
WAYS: Mapping[str, str] = {"电话": "phone", "窗口": "window", "走访": "visit", "书面": "paper"}
CONSENTS: Mapping[str, str] = {"口头同意": "spoken", "书面委托": "written"}

CASE_NUMBER = "编号"
SEEN = (CASE_NUMBER, "标题", "内容", "单位名称", "联系人", "联系电话", "分工", "现状", "期限", "派单意见")
SIGNED_ON, CONTACTED_ON, CONTACT_NOTE = "签收日期", "首次联系日期", "首次联系情况"
ANSWERED_ON, ANSWER, ENDING = "答复日期", "答复内容", "拟办结方式"
RETURNED_ON, RETURN_REASON, RETURN_TEXT, RETURN_TO = (
    "退回日期",
    "退回理由",
    "退回说明",
    "建议承办单位（选填）",
)
TO_FILL = (
    SIGNED_ON,
    CONTACTED_ON,
    CONTACT_NOTE,
    ANSWERED_ON,
    ANSWER,
    ENDING,
    RETURNED_ON,
    RETURN_REASON,
    RETURN_TEXT,
    RETURN_TO,
)


@dataclass(frozen=True)
class Heading:
    """A column. `choices` are what its drop-down offers; `field` is the item's question."""

    text: str
    choices: tuple[str, ...] = ()
    field: Field | None = None


def intake_title(definition: ItemDefinition) -> str:
    """The name of an item's sheet."""
    return sheet_name(f"登记·{definition.title}")


def intake_headings(definition: ItemDefinition) -> list[Heading]:
    """The columns of an item's sheet."""
    return [
        Heading(KEY),
        Heading(RECEIVED),
        Heading(TOPIC, tuple(topic.title for topic in definition.topics)),
        Heading(URGENCY, tuple(str(each.label) for each in Urgency)),
        Heading(WAY, tuple(WAYS)),
        Heading(NAME),
        Heading(PHONE),
        Heading(FIRM),
        Heading(CODE),
        Heading(COUNTY),
        Heading(TITLE),
        Heading(TEXT),
        Heading(CONSENT, tuple(CONSENTS)),
        *(Heading(_asked(field), _offered(field), field) for field in definition.fields),
    ]


def _asked(field: Field) -> str:
    notes = [field.unit] if field.kind == FieldKind.INTEGER and field.unit else []
    notes += ["元"] if field.kind == FieldKind.MONEY else []
    notes += ["可多选，用顿号隔开"] if field.kind == FieldKind.CHOICES else []
    notes += ["视情况填"] if field.shown_if is not None else [] if field.is_required else ["选填"]
    return f"{field.label}（{'，'.join(notes)}）" if notes else field.label


def _offered(field: Field) -> tuple[str, ...]:
    if field.kind == FieldKind.YES_NO:
        return tuple(YES_NO)
    return tuple(label for _code, label in field.choices) if field.kind == FieldKind.CHOICE else ()


def handling_headings(definitions: Sequence[ItemDefinition]) -> list[Heading]:
    """The columns of the open cases; reasons are those of all their items."""
    reasons = dict.fromkeys(label for each in definitions for _code, label in each.return_reasons)
    offered = {ENDING: tuple(str(each.label) for each in PROPOSABLE), RETURN_REASON: tuple(reasons)}
    return [Heading(text, offered.get(text, ())) for text in (KEY, *SEEN, *TO_FILL)]


def letter(place: int) -> str:
    """The letter of an item's sheet within row numbers."""
    return chr(ord("A") + place)


def row_key(number: str, sheet: str, row: int) -> str:
    """A row's own number, the same in every copy of the pack: K7M2Q9XA-A001."""
    return f"{number}-{sheet}{row:03d}"


def how_to(*, has_cases: bool) -> list[tuple[str, str]]:
    """Plain words on filling in."""
    lines = [
        "每个“登记”工作表一行一件诉求，从第3行起填；没有标“选填”“视情况填”的格子都要填。",
        "有下拉框的格子请从下拉框选，不要自己改字。",
        "“收到时间”写诉求人来电、来访的时间，如 2020-03-02 14:30；时限从那时起算，不写就从合并时起算。",
        "“行号”一列不要改、不要复制、不要删。不用的行空着就行；不要在表头上面插行，不要改表头。",
        "姓名、电话只填在对应的格子里，标题里不写。",
        "没有统一社会信用代码的，在“统一社会信用代码（选填）”里写“无”；空着表示没有问到。",
    ]
    if has_cases:
        lines += [
            "“办理中”是制作时本单位正在办的诉求。只填右边的空格，填哪一步就办哪一步：签收、首次联系、答复，或退回。",
            "答复要在首次联系之后；退回只能在签收之前、签收期限之内。需要上传凭证才能办结的，等有网络时再答复。",
            "合并前如果这件诉求在系统里有了新的进展，这一行不会合并，会把两边的内容都列出来。",
        ]
    lines += [
        "填好后用任何办法把文件交给有网络的同事，由他登录系统，在“离线包”页面上传：先看预检结果，再合并。",
        "同一个文件传两次，不会重复登记；改正后再传，只合并没有合并过的行。合并后请下载回执核对。",
    ]
    return [(f"填写说明{place}", text) for place, text in enumerate(lines, 1)]
