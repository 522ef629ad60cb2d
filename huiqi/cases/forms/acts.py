"""Forms of the acts on a case: what each asks for. The version seen travels beside them, not in them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.models import Unit, User
from huiqi.cases.items.definition import ItemDefinition
from huiqi.cases.models import Approval, CallBack, Case, Order, Supervision
from huiqi.cases.models.case import TEXT_LENGTH
from huiqi.cases.queries.answer_templates import templates_for
from huiqi.cases.queries.handlers import colleagues_of
from huiqi.cases.queries.linking import firm_to_link
from huiqi.cases.queries.page import Reader, case_numbered
from huiqi.cases.workflow import PROPOSABLE, Urgency, Word
from huiqi.core.fields import AheadInput, DateField
from huiqi.core.language import listed
from huiqi.files.fields import UploadField

REASONS = {
    "contact": gettext_lazy("联系诉求人"),
    "verify": gettext_lazy("核实诉求内容"),
    "call_back": gettext_lazy("回访"),
    "emergency": gettext_lazy("紧急情况处置"),
}
_MOST_REASON = 500
_PLEASE = gettext_lazy("请选择")


def long_text(label: Any, help_text: Any = "", most: int = TEXT_LENGTH, rows: int = 4) -> forms.CharField:
    """A text of several lines."""
    box = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, widget=box, help_text=help_text)


class UnitField(forms.CharField):
    """A unit by its name, offered while typing; works without script as a box for the whole name."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 60)
        super().__init__(**kwargs)

    def to_unit(self, name: str) -> Unit:
        """The active unit of that name, else an error that names some like it."""
        rows = Unit.objects.filter(is_active=True).order_by("pk")
        found = rows.filter(name=name).first()
        if found is not None:
            return found
        near = [unit.name for unit in rows.filter(name__contains=name)[:3]]
        if near:
            said = _("没有叫“%(name)s”的单位。是不是：%(near)s？请写全称。")
            raise ValidationError(said % {"name": name, "near": listed(near)})
        raise ValidationError(_("没有叫“%(name)s”的单位。请写单位全称。") % {"name": name})

    def clean(self, value: Any) -> Any:
        """The unit, or None when nothing was typed and nothing is required."""
        name = super().clean(value).strip()
        return self.to_unit(name) if name else None


class ActForm(forms.Form):
    """An act on a case. `target` is the order, approval or letter it is about, if any."""

    uses_units: tuple[str, ...] = ()

    def __init__(self, data: Any, *, case: Case, reader: Reader, target: Any, **kwargs: Any) -> None:
        self.case, self.reader, self.target = case, reader, target
        super().__init__(data, **kwargs)
        for name in self.uses_units:
            self.fields[name].widget = AheadInput(reverse("cases:unit_names"))
        self.prepare(case.edition.definition)

    def prepare(self, definition: ItemDefinition) -> None:
        """Fill in what depends on the case."""

    def choose(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        """Give a select its choices, the first one asking to choose."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  the class says so
        field.choices = [("", _PLEASE), *choices]


class PlainForm(ActForm):
    """Nothing to fill in: the button says it all."""


class ReasonForm(ActForm):
    """A reason in words."""

    text = long_text(gettext_lazy("理由"), most=_MOST_REASON, rows=3)


class TextForm(ActForm):
    """Words for the timeline."""

    text = long_text(gettext_lazy("内容"))


class ToRequesterForm(ActForm):
    """Words that the requester reads."""

    text = long_text(gettext_lazy("内容"), gettext_lazy("诉求人会看到这段话。"))


class RefuseForm(ActForm):
    reason = forms.ChoiceField(label=gettext_lazy("不予受理的理由"))
    text = long_text(
        gettext_lazy("说明"), gettext_lazy("写明依据，并告诉诉求人可以找谁。诉求人会看到。"), rows=3
    )

    def prepare(self, definition: ItemDefinition) -> None:
        """The item's reasons."""
        self.choose("reason", definition.refusal_reasons)


class SendBackForm(ActForm):
    uses_units = ("proposed_unit",)
    reason = forms.ChoiceField(label=gettext_lazy("退回理由"))
    text = long_text(gettext_lazy("依据"), gettext_lazy("如职责分工的规定。"), most=_MOST_REASON, rows=3)
    proposed_unit = UnitField(label=gettext_lazy("建议由哪个单位办"), required=False)

    def prepare(self, definition: ItemDefinition) -> None:
        """The item's reasons."""
        self.choose("reason", definition.return_reasons)


class ClassifyForm(ActForm):
    topic = forms.ChoiceField(label=gettext_lazy("主题"))
    urgency = forms.ChoiceField(label=gettext_lazy("紧急程度"), choices=Urgency.choices)

    def prepare(self, definition: ItemDefinition) -> None:
        """The item's topics; what the case has now is chosen."""
        self.choose("topic", [(topic.id, topic.title) for topic in definition.topics])
        self.initial.update({"topic": self.case.topic, "urgency": self.case.urgency})


class AddCoForm(ActForm):
    uses_units = ("unit",)
    unit = UnitField(label=gettext_lazy("协办单位"))
    instruction = forms.CharField(
        label=gettext_lazy("请对方做什么"), required=False, max_length=500, widget=forms.Textarea({"rows": 2})
    )


class HandOnForm(ActForm):
    colleague = forms.ChoiceField(label=gettext_lazy("转给谁"))

    def prepare(self, definition: ItemDefinition) -> None:
        """Colleagues of the order's unit who handle cases."""
        self.people: dict[str, User] = (
            {person.public_id: person for person in colleagues_of(self.target.unit, self.reader.user)}
            if isinstance(self.target, Order)
            else {}
        )
        self.choose("colleague", [(key, person.name) for key, person in self.people.items()])

    def clean_colleague(self) -> User:
        """The person chosen."""
        return self.people[self.cleaned_data["colleague"]]


class ContactForm(ActForm):
    note = long_text(
        gettext_lazy("联系情况"),
        gettext_lazy("何时、怎么联系、诉求人说了什么。只有工作人员看得到。"),
        most=2000,
        rows=3,
    )


def _endings() -> list[tuple[str, Any]]:
    return [(ending.value, ending.label) for ending in PROPOSABLE]


class AnswerForm(ActForm):
    """The answer of a lead (with a proposed ending) or of a co-handler (without)."""

    template = forms.ChoiceField(label=gettext_lazy("答复模板"), required=False)
    text = long_text(gettext_lazy("答复内容"), rows=6)
    ending = forms.ChoiceField(
        label=gettext_lazy("拟办结方式"),
        required=False,
        help_text=gettext_lazy("是否解决由诉求人说了算：回访以后才算数。"),
    )

    def prepare(self, definition: ItemDefinition) -> None:
        """A co-handler proposes no ending; templates are offered where the unit has some."""
        unit = self.target.unit if isinstance(self.target, Order) else None
        found = templates_for(self.case, unit) if unit else []
        self.templates = {row.public_id: row for row in found}
        self.choose("template", [(key, row.title) for key, row in self.templates.items()])
        if not found:
            del self.fields["template"]
        self.choose("ending", _endings())
        self.fields["ending"].required = True
        if not isinstance(self.target, Order) or self.target.part != "lead":
            del self.fields["ending"]


class AnswerForUnitForm(AnswerForm):
    """The answer of a unit without accounts, entered by the desk."""

    scan = UploadField(label=gettext_lazy("扫描件"), help_text=gettext_lazy("对方盖章的答复，PDF或照片。"))


class ApproveForm(ActForm):
    text = long_text(gettext_lazy("答复内容"), gettext_lazy("通过后诉求人会看到。可以改得更明白。"), rows=6)
    ending = forms.ChoiceField(label=gettext_lazy("办结方式"))

    def prepare(self, definition: ItemDefinition) -> None:
        """What the handler wrote and proposed."""
        self.choose("ending", _endings())
        order = self.case.orders.filter(part="lead").order_by("-pk").first()
        self.initial.update({"text": order.answer if order else "", "ending": self.case.proposed_ending})


class ExtendForm(ActForm):
    amount = forms.IntegerField(
        label=gettext_lazy("延长多少"),
        min_value=1,
        max_value=60,
        help_text=gettext_lazy("单位与办理时限相同。"),
    )
    reason = long_text(gettext_lazy("理由"), most=_MOST_REASON, rows=3)


class SuspendForm(ActForm):
    review_on = DateField(label=gettext_lazy("复查日期"), help_text=gettext_lazy("到这一天再看能不能办。"))
    reason = long_text(gettext_lazy("理由"), most=_MOST_REASON, rows=3)


class CallBackForm(ActForm):
    word = forms.ChoiceField(
        label=gettext_lazy("诉求人怎么说"),
        choices=[each for each in Word.choices if each[0]],
        widget=forms.RadioSelect,
    )
    rating = forms.TypedChoiceField(
        label=gettext_lazy("满意度"), required=False, coerce=int, empty_value=None
    )
    way = forms.ChoiceField(
        label=gettext_lazy("方式"),
        choices=[each for each in CallBack.Way.choices if each[0] != CallBack.Way.WEB],
    )
    note = forms.CharField(
        label=gettext_lazy("原话或经过"),
        required=False,
        max_length=_MOST_REASON,
        widget=forms.Textarea({"rows": 3}),
    )

    def prepare(self, definition: ItemDefinition) -> None:
        """Five grades, as in the national rating of services."""
        grades = [
            (5, _("非常满意")), (4, _("满意")), (3, _("基本满意")), (2, _("不满意")), (1, _("非常不满意"))
        ]  # fmt: skip
        self.choose("rating", grades)


class MergeForm(ActForm):
    number = forms.CharField(
        label=gettext_lazy("并入哪一件"),
        max_length=20,
        widget=forms.TextInput({"inputmode": "numeric"}),
        help_text=gettext_lazy("十位编号。本件随它一起办，两边诉求人都会知道。"),
    )
    reason = long_text(gettext_lazy("为什么是同一件事"), most=_MOST_REASON, rows=2)

    def clean_number(self) -> Case:
        """The case of that number, if the reader may open it."""
        typed = self.cleaned_data["number"]
        found = case_numbered(typed, self.reader.user, self.reader.today)
        if found is None:
            raise ValidationError(_("没有编号是“%(typed)s”的诉求，或者不在您的范围内。") % {"typed": typed})
        return found


class LinkFirmForm(ActForm):
    """To tie the case to the firm of its code."""

    confirmed = forms.BooleanField(label=gettext_lazy("已与诉求人核对"), required=False)

    def prepare(self, definition: ItemDefinition) -> None:
        """Name the firm; who confirms knows what it means."""
        firm = firm_to_link(self.case, self.reader.user, self.reader.today)
        if firm is not None:
            said = _("关联到“%(name)s”（%(code)s）。关联后，这家企业的人员可以看到这件诉求。")
            self.fields["confirmed"].help_text = said % {"name": firm.name, "code": firm.credit_code}


class AttachForm(ActForm):
    file = UploadField(label=gettext_lazy("文件"))


class DecideForm(ActForm):
    granted = forms.ChoiceField(
        label=gettext_lazy("审批"),
        choices=[("yes", gettext_lazy("同意")), ("no", gettext_lazy("不同意"))],
        widget=forms.RadioSelect,
    )
    decision = forms.CharField(
        label=gettext_lazy("意见"),
        required=False,
        max_length=_MOST_REASON,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("不同意的要写明理由。"),
    )

    def prepare(self, definition: ItemDefinition) -> None:
        """Nothing more to fill in."""
        assert self.target is None or isinstance(self.target, Approval)  # noqa: S101


class LetterForm(ActForm):
    """Issue a letter of supervision, its words and day as drafted or changed."""

    text = long_text(gettext_lazy("督办意见"), most=2000, rows=3)
    answer_by = DateField(label=gettext_lazy("回复期限"))

    def prepare(self, definition: ItemDefinition) -> None:
        """As drafted."""
        if isinstance(self.target, Supervision):
            self.initial.update({"text": self.target.text, "answer_by": self.target.answer_by})


class SuperviseForm(ActForm):
    """A letter of supervision on a leader's word."""

    uses_units = ("unit",)
    unit = UnitField(label=gettext_lazy("督办哪个单位"))
    text = long_text(gettext_lazy("督办意见"), most=2000, rows=3)

    def prepare(self, definition: ItemDefinition) -> None:
        """The lead, as a rule."""
        if self.case.lead is not None:
            self.initial.update({"unit": self.case.lead.name})


class RevealForm(ActForm):
    reason = forms.ChoiceField(label=gettext_lazy("查看原因（会记录）"), choices=list(REASONS.items()))


class DispatchForm(ActForm):
    """To whom a case goes: one of the units offered, or another by name; with what right; who helps."""

    uses_units = ("other", "co_1", "co_2", "co_3")
    lead = forms.ChoiceField(label=gettext_lazy("主办单位"), required=False, widget=forms.RadioSelect)
    other = UnitField(label=gettext_lazy("其他单位"), required=False)
    mode = forms.ChoiceField(label=gettext_lazy("方式"))
    mandate = forms.CharField(
        label=gettext_lazy("授权依据"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("向非下级单位交办的，写明领导小组的授权。"),
    )
    instruction = forms.CharField(
        label=gettext_lazy("派单意见"), required=False, max_length=380, widget=forms.Textarea({"rows": 2})
    )
    co_1 = UnitField(label=gettext_lazy("协办单位一"), required=False)
    co_2 = UnitField(label=gettext_lazy("协办单位二"), required=False)
    co_3 = UnitField(label=gettext_lazy("协办单位三"), required=False)

    def __init__(self, data: Any, *, units: Sequence[Unit], **kwargs: Any) -> None:
        self.units = {unit.public_id: unit for unit in units}
        super().__init__(data, **kwargs)

    def prepare(self, definition: ItemDefinition) -> None:
        """The units offered; by which rights the desk may give it."""
        field = self.fields["lead"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  the class says so
        field.choices = [(key, unit.name) for key, unit in self.units.items()]
        modes = [("auto", _("按隶属关系：下级交办，其他商请"))]
        modes += [("assign", _("交办")), ("consult", _("商请")), ("forward", _("转送"))]
        mode = self.fields["mode"]
        assert isinstance(mode, forms.ChoiceField)  # noqa: S101  the class says so
        mode.choices = modes

    def clean(self) -> dict[str, Any]:
        """One lead, from the list or by name."""
        given: dict[str, Any] = super().clean() or {}
        unit = given.get("other") or self.units.get(given.get("lead", ""))
        if unit is None and "other" not in self.errors:
            self.add_error("other", _("请选择主办单位，或写出其他单位的全称。"))
        given["unit"] = unit
        helpers = [given.get(name) for name in ("co_1", "co_2", "co_3")]
        given["co"] = [one for one in dict.fromkeys(helpers) if one is not None and one != unit]
        return given
