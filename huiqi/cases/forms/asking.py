"""The steps of a request: contact, firm, matter, words. Each form is one small group of questions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.cases.forms.item_fields import PhoneField
from huiqi.cases.items.definition import ItemDefinition
from huiqi.cases.models.case import TEXT_LENGTH
from huiqi.core.fields import AheadSelect, with_blank
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.people import claimable
from huiqi.files.fields import UploadField
from huiqi.reference.fields import CreditCodeField
from huiqi.reference.queries import counties

NAME_LENGTH, FIRM_LENGTH, TITLE_LENGTH = 60, 120, 80
_NO_NUL = gettext_lazy("里面有看不见的特殊字符（多半是从别处粘贴来的）。请删掉重新输入。")
OTHER_FIRM = "other"


class TextField(forms.CharField):
    """Text as people type it; control characters are named in words."""

    default_error_messages = {"null_characters_not_allowed": _NO_NUL}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for each in self.validators:
            if each.__class__.__name__ == "ProhibitNullCharactersValidator":
                each.message = _NO_NUL  # type: ignore[attr-defined]


class StepForm(forms.Form):
    """A step. What was typed before is shown again; faults only when somebody tried to go on."""

    use_required_attribute = False

    def show_quietly(self) -> None:
        """Show what was typed without judging it: a half-filled step somebody comes back to."""
        self._errors = ErrorDict()
        self.cleaned_data = {}


class ContactForm(StepForm):
    """Whom to call. People of firms say for which one."""

    name = TextField(label=gettext_lazy("怎么称呼您"), max_length=NAME_LENGTH)
    phone = PhoneField(
        label=gettext_lazy("联系电话"), help_text=gettext_lazy("办理单位按这个号码联系您，只用于办理这件诉求")
    )

    def __init__(self, *args: Any, firms: Sequence[Enterprise] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["phone"].widget.attrs["autocomplete"] = "tel"
        if firms:
            choices = [(str(firm.public_id), firm.name) for firm in firms]
            self.fields["firm"] = forms.ChoiceField(
                label=_("为哪家企业提"),
                choices=[*choices, (OTHER_FIRM, _("不是这些，另外填写"))],
                widget=forms.RadioSelect,
            )


class WhoForm(StepForm):
    """Which firm, as the requester says. A code the register knows fills in what was left blank."""

    credit_code = CreditCodeField(
        label=gettext_lazy("统一社会信用代码"),
        required=False,
        help_text=gettext_lazy("填了可以带入登记的名称和地区"),
    )
    no_code = forms.BooleanField(
        label=gettext_lazy("没有统一社会信用代码"),
        required=False,
        help_text=gettext_lazy("个人、正在筹办的勾这里，不影响办理"),
    )
    firm_name = TextField(
        label=gettext_lazy("单位名称"),
        max_length=FIRM_LENGTH,
        required=False,
        help_text=gettext_lazy("营业执照上的名称。正在筹办的写拟用名称，个人写“个人”"),
    )
    county = forms.ChoiceField(
        label=gettext_lazy("在哪个县市区"),
        required=False,
        help_text=gettext_lazy("由这里的主管部门受理"),
    )
    # Of the register, by the code typed; None when it knows none.
    known: Enterprise | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(counties().order_by("code"))
        field: Any = self.fields["county"]
        hint = {"data-hq-placeholder": _("如 浏阳，或拼音首字母 lys")}
        field.widget = AheadSelect({row.code: row.initials for row in rows}, hint)
        field.choices = with_blank([(row.code, row.full_name) for row in rows], _("请选择县市区"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        code = cleaned.get("credit_code", "")
        if code and cleaned.get("no_code"):
            said = _("填了代码，又勾了“没有统一社会信用代码”。请留一样。")
            self.add_error("no_code", ValidationError(said, code="both"))
        self.known = claimable(code) if code else None
        if self.known is not None:
            cleaned["firm_name"] = cleaned.get("firm_name") or self.known.name
            cleaned["county"] = cleaned.get("county") or self.known.prefecture or ""
        for name in ("firm_name", "county"):
            if not cleaned.get(name) and name not in self.errors:
                field = self.fields[name]
                self.add_error(name, ValidationError(field.error_messages["required"], code="required"))
        return cleaned

    def brought(self) -> dict[str, list[str]]:
        """What the register knows of the code typed, to be put into blank fields; {} when it knows none."""
        self.is_valid()
        if self.known is None:
            return {}
        found = {"firm_name": self.known.name, "county": self.known.prefecture or ""}
        return {name: [text] for name, text in found.items() if text}


class TopicForm(StepForm):
    """What it is about, within the item."""

    def __init__(self, definition: ItemDefinition, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(topic.id, topic.title) for topic in definition.topics]
        self.fields["topic"] = forms.ChoiceField(
            label=_("是哪方面的事"),
            choices=choices,
            widget=forms.RadioSelect,
            help_text=_("拿不准的选最接近的，受理时会核对"),
        )


class WordsForm(StepForm):
    """The matter in the requester's own words."""

    title = TextField(
        label=gettext_lazy("用一句话说是什么事"),
        max_length=TITLE_LENGTH,
        help_text=gettext_lazy("如：复工后招不到缝纫工。不写姓名和电话"),
    )
    text = TextField(
        label=gettext_lazy("详细情况"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea({"rows": 8}),
        help_text=gettext_lazy("什么时候、发生了什么、找过谁，最多4000字"),
    )


class ManyFiles(forms.FileInput):
    """Several photos in one go from a phone."""

    allow_multiple_selected = True


class UploadsField(UploadField):
    """Cleans to the uploaded files, each checked for itself; [] when none was chosen."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        accept = self.widget.attrs.get("accept", "")
        self.widget = ManyFiles({"accept": accept, "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> Any:
        """All of them."""
        return [super(UploadsField, self).clean(each, initial) for each in data or ()]


class FilesForm(forms.Form):
    """The control of the files' own step; what is refused there is said for each file."""

    use_required_attribute = False
    file = UploadsField(label=gettext_lazy("照片或文件"))


class CodeForm(forms.Form):
    """The six digits of a text message."""

    use_required_attribute = False
    code = TextField(label=gettext_lazy("短信验证码"), max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class PhoneForm(forms.Form):
    """A number to send a code to."""

    use_required_attribute = False
    phone = PhoneField(label=gettext_lazy("填写时留的手机号"))
