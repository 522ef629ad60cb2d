"""Forms of list comparison."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.models import Unit
from huiqi.core.fields import DateField, with_blank
from huiqi.core.language import worded
from huiqi.enterprises.queries.statements import catalogue
from huiqi.enterprises.wanted import Wanted
from huiqi.files.fields import UploadField
from huiqi.files.uploads import UploadKind
from huiqi.lists.amount_words import asks_amount
from huiqi.lists.answers import CODE_HEADER, IGNORED_HEADERS, Question
from huiqi.lists.commands.comparison import ASKS_AMOUNT
from huiqi.lists.queries.comparison import authorities
from huiqi.reference.fields import IndustryField, RegionField, class_range
from huiqi.reference.queries import code_tables

MOST_QUESTIONS = 4
FILTERS = ("region", "industry", "size")
SCAN_KINDS = (UploadKind.PDF, UploadKind.JPEG, UploadKind.PNG)
KINDS = [
    ("yes_no", gettext_lazy("是或否")),
    ("class", gettext_lazy("几类之一")),
    ("month", gettext_lazy("年月")),
]


class ComparisonForm(forms.Form):
    """The request: whom, for what, on what basis, until when."""

    title = forms.CharField(
        label=gettext_lazy("名称"), max_length=80, help_text=gettext_lazy("如：稳岗返还资格比对（第一批）")
    )
    authority = forms.ModelChoiceField(
        label=gettext_lazy("比对部门"), queryset=Unit.objects.none(), empty_label=gettext_lazy("请选择")
    )
    purpose = forms.CharField(
        label=gettext_lazy("用途"),
        max_length=200,
        help_text=gettext_lazy("为办什么事需要知道，企业能看到。如：核对失业保险稳岗返还条件"),
    )
    basis = forms.CharField(
        label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("文件名称和文号，企业能看到。")
    )
    expires_on = DateField(
        label=gettext_lazy("答复使用期限"), help_text=gettext_lazy("过期后答复作废，恢复为未知。如 2020-6-30")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["authority"].queryset = authorities()  # type: ignore[attr-defined]
        for number in range(1, MOST_QUESTIONS + 1):
            self._add_question(number)

    def _add_question(self, number: int) -> None:
        needed = number == 1
        self.fields[f"label_{number}"] = forms.CharField(
            label=_("问题%(number)s") % {"number": number},
            max_length=60,
            required=needed,
            help_text=_("写成能用是否、类别或年月回答的话，作为比对表的列名。") if needed else "",
        )
        self.fields[f"kind_{number}"] = forms.ChoiceField(
            label=_("问题%(number)s的答复形式") % {"number": number}, choices=KINDS, required=needed
        )
        self.fields[f"choices_{number}"] = forms.CharField(
            label=_("问题%(number)s的类别") % {"number": number},
            max_length=200,
            required=False,
            help_text=_("选“几类之一”时填写，用顿号隔开。") if needed else "",
        )
        self.fields[f"fact_{number}"] = forms.ChoiceField(
            label=_("问题%(number)s对应的企业情况") % {"number": number},
            choices=with_blank(_facts(), _("不对应")),
            required=False,
            help_text=_("选定后，答复在期限内作为已核实的情况用于政策判断。") if needed else "",
        )

    def question_rows(self) -> list[list[Any]]:
        """The bound fields, question by question, for the page."""
        names = ("label", "kind", "choices", "fact")
        return [[self[f"{name}_{n}"] for name in names] for n in range(1, MOST_QUESTIONS + 1)]

    def clean(self) -> dict[str, Any]:
        """Adds `questions`; says beside the field what is wrong with one."""
        cleaned = super().clean() or {}
        questions: list[Question] = []
        for number in range(1, MOST_QUESTIONS + 1):
            question = self._question(number, cleaned, {one.label for one in questions})
            if question is not None:
                questions.append(question)
        cleaned["questions"] = questions
        return cleaned

    def _question(self, number: int, cleaned: dict[str, Any], taken: set[str]) -> Question | None:
        label = (cleaned.get(f"label_{number}") or "").strip()
        if not label:
            return None
        if label in taken or label == CODE_HEADER or label in IGNORED_HEADERS:
            self.add_error(f"label_{number}", _("这个列名已经用过，请换一个说法。"))
        kind = cleaned.get(f"kind_{number}") or "yes_no"
        if asks_amount(label, kind):
            self.add_error(f"label_{number}", worded(ASKS_AMOUNT))
        choices = tuple(
            part.strip() for part in _split(cleaned.get(f"choices_{number}") or "") if part.strip()
        )
        fact_id = cleaned.get(f"fact_{number}") or ""
        fact = catalogue().facts.get(fact_id)
        if fact is not None and fact.type == "enum" and kind == "class":
            choices = tuple(fact.values.values())
        if kind == "class" and len(choices) < 2:
            self.add_error(f"choices_{number}", _("请写至少两个类别，用顿号隔开，如：一类、二类、三类。"))
        if fact is not None and kind != {"bool": "yes_no", "enum": "class"}.get(fact.type):
            self.add_error(
                f"fact_{number}", _("这项企业情况与答复形式不配：是否类的选“是或否”，其他的选“几类之一”。")
            )
        return Question(f"q{number}", label, kind, choices, fact_id)


def _split(text: str) -> tuple[str, ...]:
    parts = (part.strip() for part in re.split("[、，,；;]", text))
    return tuple(part for part in parts if part)


def _facts() -> list[tuple[str, str]]:
    facts = catalogue().facts.values()
    return [(fact.id, fact.label) for fact in facts if fact.type in {"bool", "enum"} and not fact.derived]


class FirmsForm(forms.Form):
    """Which firms are asked about: pasted codes, or the firms of a region, industry and size."""

    codes = forms.CharField(
        label=gettext_lazy("粘贴信用代码"),
        required=False,
        max_length=60_000,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("一行一个，或用逗号隔开。"),
    )

    region = RegionField(label=gettext_lazy("地区"))
    industry = IndustryField(label=gettext_lazy("行业"))
    size = forms.MultipleChoiceField(
        label=gettext_lazy("规模"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The filters are those of the list of firms, so that a place or industry is chosen the same way."""
        super().__init__(*args, **kwargs)
        self.tables = code_tables()
        for name in ("region", "industry"):
            self.fields[name].offer(self.tables)  # type: ignore[attr-defined]
        sizes = catalogue().facts["size_class"].values
        self.fields["size"].choices = list(sizes.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Something must be chosen."""
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.get(name) for name in ("codes", *FILTERS)):
            raise forms.ValidationError(_("请粘贴代码，或至少选一个筛选条件。"))
        return cleaned

    def wanted(self) -> Wanted:
        """The filters as the register takes them; for a valid form without codes."""
        chosen = self.cleaned_data
        return Wanted(
            region=chosen["region"],
            industries=class_range(self.tables, chosen["industry"]),
            sizes=tuple(chosen["size"]),
        )


class SendForm(forms.Form):
    """The letter's number."""

    document = forms.CharField(
        label=gettext_lazy("来函文号"),
        max_length=80,
        help_text=gettext_lazy("由本单位公文系统编定，如 湘工信函〔2020〕12号。"),
        error_messages={"required": gettext_lazy("请填写来函文号。")},
    )


class AnswerForm(forms.Form):
    """The authority's answer."""

    document = forms.CharField(
        label=gettext_lazy("答复文号"),
        max_length=80,
        error_messages={"required": gettext_lazy("请填写答复文号。")},
    )
    as_of = DateField(label=gettext_lazy("答复截至日期"), help_text=gettext_lazy("答复反映哪一天的情况。"))
    file = UploadField(
        kinds=(UploadKind.XLSX, UploadKind.CSV),
        label=gettext_lazy("答复表"),
        error_messages={"required": gettext_lazy("请选择答复表。")},
    )
    scan = UploadField(
        kinds=SCAN_KINDS,
        label=gettext_lazy("盖章答复扫描件"),
        error_messages={
            "required": gettext_lazy("代比对部门上传答复时，请附对方盖章的答复扫描件。"),
        },
    )

    def __init__(self, *args: Any, on_behalf: bool, **kwargs: Any) -> None:
        """`on_behalf`: whether the asking office uploads it for the authority, which must be shown then."""
        super().__init__(*args, **kwargs)
        if not on_behalf:
            del self.fields["scan"]
