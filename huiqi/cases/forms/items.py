"""The editor of a service item: each part of its content as a form or a table of rows, and back to JSON.

The forms only read what was typed; what is wrong with it is found by `items.checking`, which checks files
the same way, and is brought back to the box it belongs to.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.functions import Function
from huiqi.cases.items.definition import Authority, FieldKind
from huiqi.cases.items.difference import Change
from huiqi.cases.workflow import Ending, Stage, Urgency
from huiqi.core.fields import with_blank
from huiqi.questionnaires.queries.versions import answerable_forms
from huiqi.rules.problems import Problem
from huiqi.workflow.terms import LimitUnit

SPARE_ROWS = 2
MOST_ROWS = 60
KIND_WORDS = {
    "request": _("诉求"),
    "enquiry": _("咨询"),
    "arrears": _("清欠"),
    "legal": _("法律服务"),
    "shortage": _("要素短缺"),
    "green_channel": _("绿色通道"),
    "licence": _("证照协调"),
    "loan": _("抽贷断贷压贷"),
}
LEVEL_WORDS = [("county", _("县级")), ("city", _("市级")), ("province", _("省级"))]
RUNG_WORDS = [("city", _("市级")), ("province", _("省级")), ("leading_group", _("领导小组"))]
AUTHORITY_WORDS = [
    (Authority.ASSIGN.value, _("交办（只限本系统）")),
    (Authority.CONSULT.value, _("商请")),
    (Authority.FORWARD.value, _("转送")),
    (Authority.INFORM.value, _("告知")),
]
UNIT_WORDS = [
    (LimitUnit.WORKING_DAYS.value, _("工作日")),
    (LimitUnit.OFFICE_HOURS.value, _("工作小时")),
    (LimitUnit.HOURS.value, _("小时（连续）")),
]
FIELD_WORDS = [
    (FieldKind.TEXT.value, _("一行文字")),
    (FieldKind.LONG_TEXT.value, _("多行文字")),
    (FieldKind.INTEGER.value, _("整数")),
    (FieldKind.MONEY.value, _("金额")),
    (FieldKind.DATE.value, _("日期")),
    (FieldKind.CHOICE.value, _("单选")),
    (FieldKind.CHOICES.value, _("多选")),
    (FieldKind.YES_NO.value, _("是或否")),
    (FieldKind.CREDIT_CODE.value, _("统一社会信用代码")),
    (FieldKind.PHONE.value, _("电话")),
]
SURENESS_WORDS = [
    ("VERIFIED", _("已读公开来源")),
    ("KNOWN", _("须复核原文")),
    ("PARTIAL", _("部分查到")),
    ("BENCHMARK", _("仅供参照")),
    ("GAP", _("未查到")),
]
_SPLIT = re.compile(r"[、,，\s]+")


def _line(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=500, **more)


def _lines(label: Any, rows: int, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=8000, widget=widget, **more)


def _pick(label: Any, choices: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=with_blank(choices, "—"))


def _whole(label: Any) -> forms.IntegerField:
    wrong = {"invalid": _("应为整数，如 5。")}
    widget = forms.TextInput(attrs={"inputmode": "numeric", "size": 6})
    return forms.IntegerField(label=label, required=False, widget=widget, error_messages=wrong)


class TextsForm(forms.Form):
    """What the item is called and says."""

    title = _line(_("名称"))
    title_en = _line(_("英文名称"))
    summary = _lines(_("一句话说明"), 2)
    kind = forms.ChoiceField(label=_("类别"), choices=list(KIND_WORDS.items()))
    guide = _lines(
        _("办事指南"),
        18,
        help_text=_(
            "每部分以【小标题】独占一行开头。写时限用 {handle:ordinary} 这样的记号，页面会换成所定的时限。"
        ),
    )
    open_to_public = forms.BooleanField(label=_("向公众开放"), required=False)
    masks_requester = forms.BooleanField(label=_("对被反映的一方隐去诉求人"), required=False)
    questionnaire = forms.ChoiceField(
        label=_("问卷表单"),
        required=False,
        help_text=_(
            "选了问卷，诉求人在提交前按问卷逐页填写，答卷随诉求一起办理。发布事项时的问卷版本从此不变。"
        ),
    )
    needs_proof = forms.MultipleChoiceField(
        label=_("哪些办结方式须有凭证"),
        required=False,
        choices=Ending.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["questionnaire"]
        field.choices = [("", _("不用问卷")), *answerable_forms()]

    @staticmethod
    def typed(content: Mapping[str, Any]) -> dict[str, Any]:
        """What the form starts with."""
        return {"open_to_public": True, **content}

    def parts(self) -> dict[str, Any]:
        """The content's parts that this form holds."""
        return {name: _unix(self.cleaned_data[name]) for name in self.fields}


class RowForm(forms.Form):
    """A row of a table. `PLACES`: where a fault of the row's content belongs, by its place within the row."""

    PLACES: ClassVar[Mapping[str, str]] = {}
    use_required_attribute = False

    @classmethod
    def typed(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        """What the row's boxes start with."""
        return dict(row)

    def row(self) -> dict[str, Any]:
        """The row as content: what was left empty is left out."""
        return _filled({name: self.cleaned_data.get(name) for name in self.fields if name not in _CONTROLS})

    def blame(self, place: str, words: str) -> None:
        """Put a fault to the box it belongs to."""
        name = self.PLACES.get(place, place.split(".")[0].split("[")[0])
        self.add_error(name if name in self.fields else None, words)


_CONTROLS = ("ORDER", "DELETE")


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _unix(value) for name, value in row.items() if value not in (None, "", [], {})}


def _unix(value: Any) -> Any:
    # Browsers send line breaks as two characters.
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


class TopicRow(RowForm):
    """A topic: what it is called, who leads, what texts about it say."""

    PLACES: ClassVar[Mapping[str, str]] = {
        "lead.function": "function",
        "lead.level": "level",
        "lead.authority": "authority",
        "lead": "function",
    }
    id = _line(_("代号"))
    title = _line(_("主题"))
    function = _pick(_("由哪个部门"), Function.choices)
    level = _pick(_("哪一级"), LEVEL_WORDS)
    authority = _pick(_("我们怎么办"), AUTHORITY_WORDS)
    words = _lines(_("用词"), 2, help_text=_("说到这个主题时常用的词，用顿号隔开"))
    policies = _line(_("相关政策"), help_text=_("政策目录里的名称，用顿号隔开"))

    @classmethod
    def typed(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        """Words and policies in one box each."""
        lists = {name: "、".join(row.get(name, ())) for name in ("words", "policies")}
        return {**row, **row.get("lead", {}), **lists}

    def row(self) -> dict[str, Any]:
        """The topic as content."""
        typed = self.cleaned_data
        lead = _filled({name: typed.get(name) for name in ("function", "level", "authority")})
        lists = {
            name: [each for each in _SPLIT.split(typed.get(name, "")) if each]
            for name in ("words", "policies")
        }
        return _filled({"id": typed.get("id"), "title": typed.get("title"), "lead": lead, **lists})


class FieldRow(RowForm):
    """A question of the form."""

    PLACES: ClassVar[Mapping[str, str]] = {"shown_if.field": "shown_field", "shown_if.is": "shown_is"}
    id = _line(_("代号"))
    label = _line(_("问什么"))
    kind = _pick(_("类型"), FIELD_WORDS)
    required = forms.BooleanField(label=_("必填"), required=False, initial=True)
    personal = forms.BooleanField(label=_("个人信息（加密保存）"), required=False)
    help = _line(_("提示"))
    choices = _lines(_("选项"), 3, help_text=_("每行一个：代号=文字，如 yes=同意"))
    unit = _line(_("单位"))
    most = _whole(_("最多几字或最大数"))
    shown_field = _line(_("只在哪一项"), help_text=_("前面某项的代号"))
    shown_is = _line(_("选了什么时才问"), help_text=_("那一项的选项代号；是或否写 yes、no"))

    @classmethod
    def typed(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        """Choices in one box, a line each."""
        choices = "\n".join(f"{each['code']}={each['label']}" for each in row.get("choices", ()))
        shown = row.get("shown_if") or {}
        more = {"choices": choices, "shown_field": shown.get("field"), "shown_is": shown.get("is")}
        return {"required": True, **row, **more}

    def row(self) -> dict[str, Any]:
        """The question as content."""
        typed = self.cleaned_data
        plain = {name: typed.get(name) for name in ("id", "label", "kind", "help", "unit", "most")}
        found = _filled({**plain, "choices": _pairs(typed.get("choices", ""))})
        if not typed.get("required"):
            found["required"] = False
        if typed.get("personal"):
            found["personal"] = True
        shown = _filled({"field": typed.get("shown_field"), "is": typed.get("shown_is")})
        return {**found, "shown_if": shown} if shown else found


def _pairs(text: str) -> list[dict[str, str]]:
    lines = (line.strip().replace("＝", "=") for line in text.splitlines())
    cut = (line.partition("=") for line in lines if line)
    return [_filled({"code": code.strip(), "label": label.strip()}) for code, _equals, label in cut]


class LimitRow(RowForm):
    """How long a stage may take."""

    stage = _pick(_("环节"), Stage.choices)
    urgency = forms.ChoiceField(
        label=_("紧急程度"), required=False, choices=[("", _("其余都按这个")), *Urgency.choices]
    )
    amount = _whole(_("时限"))
    unit = _pick(_("单位"), UNIT_WORDS)
    confidence = _pick(_("依据"), SURENESS_WORDS)
    source = _lines(_("来源"), 2)


class RungRow(RowForm):
    """A step of the ladder."""

    level = _pick(_("上报到"), RUNG_WORDS)
    amount = _whole(_("逾期多久"))
    unit = _pick(_("单位"), UNIT_WORDS)
    confidence = _pick(_("依据"), SURENESS_WORDS)
    source = _lines(_("来源"), 2)


class ReasonRow(RowForm):
    """A reason with its code."""

    code = _line(_("代号"))
    label = _line(_("理由"))


class SourceRow(RowForm):
    """A source."""

    title = _line(_("标题"))
    url = _line(_("网址"))
    confidence = _pick(_("可信程度"), SURENESS_WORDS)
    note = _line(_("说明"))


class Rows(BaseFormSet[RowForm]):
    """The rows of a table, in the order their people want."""

    def in_order(self) -> list[RowForm]:
        """The filled rows that stay, by their order number; rows without one come last."""
        kept = [
            (form.cleaned_data.get("ORDER") or MOST_ROWS * 2, index, form)
            for index, form in enumerate(self.forms)
            if (form.has_changed() or index < self.initial_form_count())
            and not form.cleaned_data.get("DELETE")
        ]
        return [form for _order, _index, form in sorted(kept, key=lambda each: each[:2])]

    def add_fields(self, form: Any, index: int | None) -> None:
        """Plain words for what Django adds to each row."""
        super().add_fields(form, index)
        form.fields["ORDER"].label, form.fields["DELETE"].label = _("第几行"), _("删去这一行")
        form.fields["ORDER"].widget = forms.TextInput(attrs={"inputmode": "numeric", "size": 4})


# The tables of the editor: the part of the content, and its rows' form.
TABLES: Mapping[str, type[RowForm]] = {
    "topics": TopicRow,
    "fields": FieldRow,
    "limits": LimitRow,
    "ladder": RungRow,
    "refusal_reasons": ReasonRow,
    "return_reasons": ReasonRow,
    "sources": SourceRow,
}


def table(part: str, content: Mapping[str, Any], data: Any = None) -> Rows:
    """The table of a part, filled from the content or from what was typed."""
    row_form = TABLES[part]
    made: Any = formset_factory(
        row_form,
        formset=Rows,
        extra=SPARE_ROWS,
        can_order=True,
        can_delete=True,
        max_num=MOST_ROWS,
        absolute_max=MOST_ROWS + 5,
    )
    rows = [row_form.typed(row) for row in content.get(part) or ()]
    return made(data, initial=rows, prefix=part)  # type: ignore[no-any-return]


class GapsForm(forms.Form):
    """What is still to be found out, a line each."""

    gaps = _lines(_("还没有查清的（每行一条）"), 4)

    @staticmethod
    def typed(content: Mapping[str, Any]) -> dict[str, Any]:
        """The gaps, a line each."""
        return {"gaps": "\n".join(content.get("gaps") or ())}

    def parts(self) -> dict[str, Any]:
        """The gaps as content."""
        return {"gaps": [line.strip() for line in self.cleaned_data["gaps"].splitlines() if line.strip()]}


class PublishForm(forms.Form):
    """Why an edition comes into force."""

    note = forms.CharField(
        label=_("发布说明"),
        max_length=200,
        help_text=_("改了什么、依据是什么，写给以后查的人看。"),
        error_messages={"required": _("请写明改了什么、依据是什么。")},
    )


class WithdrawForm(forms.Form):
    """Why an item is no longer offered."""

    reason = forms.CharField(
        label=_("停用原因"), max_length=200, error_messages={"required": _("请写明停用原因。")}
    )


class NewItemForm(forms.Form):
    """A new item starts as a copy of one that exists."""

    item = forms.CharField(
        label=_("事项代号"),
        max_length=40,
        help_text=_("小写字母、数字和短横线，如 power-cut；以后不能改。"),
    )
    pattern = forms.ChoiceField(label=_("照着哪个事项起草"))

    def __init__(self, *args: Any, patterns: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pattern"].choices = list(patterns)  # type: ignore[attr-defined]


_PLACE = re.compile(r"([a-z_]+)(?:\[(\d+)\])?\.?(.*)")


def change_words(change: Change) -> tuple[Any, Any, Any]:
    """Where a change is, what stood there and what stands there now, in the words of the editor's boxes."""
    row_form = TABLES.get(change.part)
    if row_form is None or change.key == "order":
        return _("先后顺序") if change.key else "", change.before, change.after
    row = " ".join(str(_CODES.get(code, code)) for code in change.row.split(" "))
    if not change.key:
        return row, change.before, change.after
    box = row_form.base_fields.get(row_form.PLACES.get(change.key, change.key))
    choices = {str(code): words for code, words in getattr(box, "choices", ()) if code}
    place = f"{row}　{box.label if box else change.key}"
    return place, choices.get(change.before, change.before), choices.get(change.after, change.after)


_CODES = {str(code): words for code, words in [*Stage.choices, *Urgency.choices, *RUNG_WORDS]}


def blame(problems: Iterable[Problem], texts: forms.Form | None, tables: Mapping[str, Rows]) -> list[Problem]:
    """Bring each problem to its box; returns those that belong to no form on the page."""
    elsewhere = []
    for problem in problems:
        match = _PLACE.fullmatch(problem.place)
        part, index, rest = (match[1], match[2], match[3]) if match else ("", None, "")
        words = f"{problem.message}。{problem.remedy}。"
        if part in tables and index is not None and int(index) < len(tables[part].in_order()):
            tables[part].in_order()[int(index)].blame(rest, words)
        elif texts is not None and part in texts.fields:
            texts.add_error(part, words)
        else:
            elsewhere.append(problem)
    return elsewhere
