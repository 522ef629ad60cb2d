"""Forms on people, units, invitations, deputies."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.commands.invitations import Invitee
from huiqi.accounts.forms.sign_in import password_field
from huiqi.accounts.models import Unit, UnitKind, User
from huiqi.accounts.queries.directory import STATES, Wanted
from huiqi.accounts.roles import STAFF_ROLES, Role
from huiqi.accounts.separation import unit_kinds_for
from huiqi.core.fields import AheadSelect, DateField, with_blank
from huiqi.core.personal import plain_phone
from huiqi.reference.models import Division

_USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{2,39}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
MOST_INVITED = 500
_ENCODINGS = ("utf-8-sig", "gb18030")


def _all_roles() -> list[tuple[str, Any]]:
    return [(role.value, role.label) for role in Role]


def staff_roles() -> list[tuple[str, Any]]:
    """Roles of staff in the order they are written."""
    return [(role.value, role.label) for role in Role if role in STAFF_ROLES]


class UnitField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A unit in use, found by typing."""

    def __init__(self, **kwargs: Any) -> None:
        units = Unit.objects.filter(is_active=True).order_by("region", "kind", "name")
        kwargs.setdefault("empty_label", gettext_lazy("请选择或输入名称"))
        super().__init__(units, to_field_name="public_id", widget=AheadSelect(), **kwargs)


class PeopleFilter(forms.Form):
    """What the list of people is narrowed to; nonsense in the address is ignored."""

    q = forms.CharField(label=gettext_lazy("姓名、账号、单位或完整手机号"), required=False, max_length=60)
    role = forms.ChoiceField(label=gettext_lazy("角色"), required=False)
    unit = UnitField(label=gettext_lazy("单位"), required=False, empty_label=gettext_lazy("全部单位"))
    state = forms.ChoiceField(label=gettext_lazy("状态"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = with_blank(_all_roles(), _("全部角色"))  # type: ignore[attr-defined]
        words = {"active": _("启用"), "unconfirmed": _("角色待确认"), "off": _("已停用")}
        states = [(state, words[state]) for state in STATES]
        self.fields["state"].choices = with_blank(states, _("全部状态"))  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What is asked for."""
        self.is_valid()
        got = self.cleaned_data
        return Wanted(got.get("q", ""), got.get("role", ""), got.get("unit"), got.get("state", ""))


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("请写明理由，以便审计和权限复核时查看。")},
    )


class FitsUnit(forms.Form):
    """A role must exist in that kind of unit."""

    def clean(self) -> dict[str, Any]:
        """Said beside the role."""
        cleaned = super().clean() or {}
        role, unit = cleaned.get("role"), cleaned.get("unit")
        if role and unit and unit.kind not in unit_kinds_for(Role(role)):
            self.add_error("role", _("“%(unit)s”不设这个角色，请另选角色或单位。") % {"unit": unit.name})
        return cleaned


class RoleForm(FitsUnit, ReasonForm):
    """Another role, another unit."""

    role = forms.ChoiceField(label=gettext_lazy("角色"))
    unit = UnitField(label=gettext_lazy("单位"), error_messages={"required": gettext_lazy("请选择单位。")})
    field_order = ["role", "unit", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = staff_roles()  # type: ignore[attr-defined]


class UnitForm(forms.Form):
    """A unit; the kind is set once."""

    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=80,
        error_messages={"required": gettext_lazy("请填写单位名称。")},
    )
    kind = forms.ChoiceField(label=gettext_lazy("类别"))
    region = forms.ChoiceField(label=gettext_lazy("服务地区"), widget=AheadSelect())
    parent = UnitField(
        label=gettext_lazy("上级单位"), required=False, empty_label=gettext_lazy("没有上级单位")
    )

    def __init__(self, *args: Any, unit: Unit | None = None, province: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit
        divisions = Division.objects.within(province).filter(valid_to=None).order_by("code")
        self.fields["region"].choices = [(row.code, f"{row.full_name}（{row.code}）") for row in divisions]  # type: ignore[attr-defined]
        self.fields["region"].widget.initials = {row.code: row.initials for row in divisions}
        self.fields["kind"].choices = list(UnitKind.choices)  # type: ignore[attr-defined]
        if unit is not None:
            del self.fields["kind"]

    def clean_name(self) -> str:
        """Two units of one name could not be told apart."""
        name = str(self.cleaned_data["name"]).strip()
        same = Unit.objects.filter(name=name)
        if (same.exclude(pk=self.unit.pk) if self.unit else same).exists():
            raise ValidationError(_("已有同名单位，请核对或换一个名称。"))
        return name


class InvitationForm(FitsUnit):
    """One person."""

    name = forms.CharField(
        label=gettext_lazy("姓名"), max_length=60, error_messages={"required": gettext_lazy("请填写姓名。")}
    )
    unit = UnitField(label=gettext_lazy("单位"), error_messages={"required": gettext_lazy("请选择单位。")})
    role = forms.ChoiceField(label=gettext_lazy("角色"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = staff_roles()  # type: ignore[attr-defined]


class InvitationsForm(forms.Form):
    """Many people: a pasted list or a .csv, one person a line: name, unit, role."""

    lines = forms.CharField(
        label=gettext_lazy("粘贴名单"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("每行一人：姓名、单位名称、角色，用逗号或制表符隔开；可直接从表格复制。"),
    )
    file = forms.FileField(label=gettext_lazy("或上传 .csv 文件"), required=False)

    def clean(self) -> dict[str, Any]:
        """`invitees`, or an error for every line that is wrong; the good lines stay with the bad ones."""
        cleaned = super().clean() or {}
        text = cleaned.get("lines", "")
        if cleaned.get("file"):
            text = self._read(cleaned["file"].read())
            # A list with mistakes comes back into the box, where it can be corrected.
            self.data = {**self.data, "lines": text}
        rows = [(number, row) for number, row in enumerate(_rows(text), 1) if "".join(row).strip()]
        if rows and [cell.strip() for cell in rows[0][1][:1]] == ["姓名"]:
            rows = rows[1:]
        if not rows:
            raise ValidationError(_("请粘贴名单或上传文件，每行一人。"))
        if len(rows) > MOST_INVITED:
            raise ValidationError(_("一次最多邀请%s人，请分几次。") % MOST_INVITED)
        cleaned["invitees"] = self._invitees(rows)
        return cleaned

    def _read(self, content: bytes) -> str:
        for encoding in _ENCODINGS:
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise ValidationError(_("读不懂这个文件的文字编码，请另存为 UTF-8 的 .csv 再上传。"))

    def _invitees(self, rows: list[tuple[int, list[str]]]) -> list[Invitee]:
        units = {unit.name: unit for unit in Unit.objects.filter(is_active=True).order_by("pk")}
        roles = {str(role.label): role for role in Role if role in STAFF_ROLES}
        found = []
        for number, row in rows:
            try:
                found.append(_invitee(row, units, roles))
            except ValidationError as error:
                said = _("第%(line)s行：%(what)s") % {"line": number, "what": error.messages[0]}
                self.add_error("lines", said)
        return found


def _rows(text: str) -> Iterable[list[str]]:
    text = text.replace("\x00", "").replace("，", ",")
    delimiter = "\t" if "\t" in text else ","
    return csv.reader(io.StringIO(text), delimiter=delimiter)


def _invitee(row: list[str], units: dict[str, Unit], roles: dict[str, Role]) -> Invitee:
    cells = [cell.strip() for cell in row if cell.strip()]
    if len(cells) != 3:
        raise ValidationError(_("应有姓名、单位、角色三项，这一行有%s项。") % len(cells))
    name, unit, role = cells
    if unit not in units:
        raise ValidationError(_("没有叫“%s”的启用单位，请按单位列表中的全称填写。") % unit[:40])
    if role not in roles:
        raise ValidationError(_("没有“%s”这个角色，请按角色名称填写，如“经办干部”。") % role[:20])
    if units[unit].kind not in unit_kinds_for(roles[role]):
        raise ValidationError(_("“%(unit)s”不设“%(role)s”。") % {"unit": unit[:40], "role": role})
    if len(name) > 60:
        raise ValidationError(_("姓名太长，最多60个字。"))
    return Invitee(name, units[unit], roles[role])


class NewAccountForm(forms.Form):
    """What a person sets for the own account: by invitation, or somebody of a firm."""

    name = forms.CharField(
        label=gettext_lazy("姓名"), max_length=60, error_messages={"required": gettext_lazy("请填写姓名。")}
    )
    username = forms.CharField(
        label=gettext_lazy("账号"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        help_text=gettext_lazy("3到40个字符，以字母开头，可含字母、数字、点、横线。"),
        error_messages={"required": gettext_lazy("请填写账号。")},
    )
    phone = forms.CharField(
        label=gettext_lazy("手机号"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        help_text=gettext_lazy("用于登录和接收办理通知，加密保存，页面上只显示首尾几位。"),
        error_messages={"required": gettext_lazy("请填写手机号。")},
    )
    password = password_field(
        gettext_lazy("密码"),
        "new-password",
        gettext_lazy("请填写密码。"),
        gettext_lazy("至少10个字符，含小写字母、大写字母、数字、符号中的至少三类。"),
    )

    def clean_username(self) -> str:
        """Free, and of a shape that is never mistaken for a phone number."""
        username = str(self.cleaned_data["username"]).strip()
        if not _USERNAME.fullmatch(username):
            raise ValidationError(_("账号应有3到40个字符，以字母开头，只含字母、数字、点、横线和下划线。"))
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(_("这个账号名已有人用，请换一个。"))
        return username

    def clean_phone(self) -> str:
        """A mobile number, written any way."""
        digits = plain_phone(str(self.cleaned_data["phone"]))
        if not _MOBILE.fullmatch(digits):
            raise ValidationError(_("手机号应为11位数字，如 13812345678。"))
        return digits

    def clean(self) -> dict[str, Any]:
        """A good password, unlike the name."""
        cleaned = super().clean() or {}
        if cleaned.get("password"):
            person = User(username=cleaned.get("username", ""), name=cleaned.get("name", ""))
            try:
                validate_password(cleaned["password"], person)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class DeputyForm(forms.Form):
    """Who fills the post from when to when."""

    deputy = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("代理人"),
        to_field_name="public_id",
        widget=AheadSelect(),
        empty_label=gettext_lazy("请选择同事"),
        error_messages={"required": gettext_lazy("请选择代理人。")},
    )
    from_on = DateField(
        label=gettext_lazy("从哪天起"), error_messages={"required": gettext_lazy("请填写日期。")}
    )
    to_on = DateField(
        label=gettext_lazy("到哪天止"), error_messages={"required": gettext_lazy("请填写日期。")}
    )
    reason = forms.CharField(label=gettext_lazy("事由"), max_length=200, required=False)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deputy"].queryset = people  # type: ignore[attr-defined]
        self.fields["deputy"].label_from_instance = lambda row: (  # type: ignore[attr-defined]
            f"{row.name}（{row.unit.name if row.unit else ''} {row.get_role_display()}）"
        )
