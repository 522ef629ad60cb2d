"""Forms by which an officer records that a firm changed its name, code, place, registration or bounds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from huiqi.accounts.models import Unit, UnitKind
from huiqi.core.errors import Refused
from huiqi.core.fields import AheadSelect, CreditCodeInput, DateField, with_blank
from huiqi.core.language import worded
from huiqi.enterprises.commands import identity, succession
from huiqi.enterprises.commands.identity import Act
from huiqi.enterprises.commands.succession import Heir
from huiqi.enterprises.models import Enterprise, FormerIdentity, Registration
from huiqi.enterprises.models.firm import EnterpriseQuerySet
from huiqi.enterprises.queries.identity import find_by_codes
from huiqi.reference import credit_codes
from huiqi.reference.queries import counties, division

MOST_FIRMS = 10
MOST_HEIRS = 3
Reason = FormerIdentity.Reason


@dataclass(frozen=True)
class Change:
    """A line of the page on which the officer checks what will change."""

    label: str
    before: str
    after: str


class IdentityForm(forms.Form):
    """What all have in common: from which day, on what paper, and the version the officer saw.

    `firms` are those the officer may change, `reference` the site's reference date.
    """

    title: Any = ""
    hint: Any = ""
    icon = "pencil"
    on = DateField(label=gettext_lazy("生效日期"), first=date(1949, 10, 1))
    document = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=80,
        help_text=gettext_lazy("登记通知书或公告的名称和文号，如 （湘）登字〔2020〕第18号"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, firm: Enterprise, firms: EnterpriseQuerySet, reference: date, data: Any = None
    ) -> None:
        self.firm, self.firms, self.reference = firm, firms, reference
        super().__init__(data, initial={"version": firm.version, "on": reference, **self.present(firm)})
        fields = self.fields
        for name in ("on", "document", "version"):  # after the fields of the change itself
            fields[name] = fields.pop(name)

    def present(self, firm: Enterprise) -> dict[str, Any]:
        """Values the fields begin with."""
        return {}

    def clean_on(self) -> date:
        """A change may be recorded a little ahead, a year at most."""
        day: date = self.cleaned_data["on"]
        if day > self.reference + timedelta(days=366):
            raise ValidationError(_("生效日期在一年以后，请核对年份。"), code="ahead")
        return day

    def act(self, actor: Any, at: Any) -> Act:
        """The act as commands take it."""
        cleaned = self.cleaned_data
        return Act(actor, at, cleaned["on"], cleaned["document"], self.reference)

    def changes(self) -> list[Change]:
        """What will change, for the check page."""
        raise NotImplementedError

    def save(self, act: Act) -> None:
        """Do it; Refused and VersionConflict come from the command."""
        raise NotImplementedError

    @property
    def expected(self) -> int:
        """The version of the firm the officer saw."""
        return int(self.cleaned_data["version"])


class RenameForm(IdentityForm):
    title, hint, icon = gettext_lazy("更名"), gettext_lazy("企业换了名称，代码不变"), "pencil"
    name = forms.CharField(label=gettext_lazy("新名称"), max_length=120, min_length=2)

    def clean_name(self) -> str:
        """The name without spaces around; not the present one."""
        name: str = self.cleaned_data["name"].strip()
        if name == self.firm.name:
            raise ValidationError(_("新名称与现名称相同。请填写变更后的名称。"), code="same")
        return name

    def changes(self) -> list[Change]:
        return [Change(_("企业名称"), self.firm.name, self.cleaned_data["name"])]

    def save(self, act: Act) -> None:
        identity.rename_firm(self.firm, name=self.cleaned_data["name"], expected=self.expected, act=act)


class CreditCodeForm(IdentityForm):
    title, hint, icon = (
        gettext_lazy("统一社会信用代码变更"),
        gettext_lazy("换发代码，或更正登记错误"),
        "certificate",
    )
    code = forms.CharField(label=gettext_lazy("新代码"), widget=CreditCodeInput(), max_length=60)
    reason = forms.ChoiceField(
        label=gettext_lazy("原因"),
        choices=[(one.value, one.label) for one in (Reason.REISSUED, Reason.CORRECTED, Reason.INCORPORATED)],
        widget=forms.RadioSelect,
    )

    def clean_code(self) -> str:
        """A valid code that no other row carries."""
        try:
            code = credit_codes.clean(self.cleaned_data["code"])
            if code != self.firm.credit_code:
                identity.refuse_taken_code(code)
        except Refused as refusal:
            raise ValidationError(worded(refusal.said), code=refusal.code) from refusal
        if code == self.firm.credit_code:
            raise ValidationError(_("新代码与现代码相同。请填写变更后的代码。"), code="same")
        return code

    def changes(self) -> list[Change]:
        before = self.firm.credit_code or _("无")
        reason = str(Reason(self.cleaned_data["reason"]).label)
        return [
            Change(_("统一社会信用代码"), before, self.cleaned_data["code"]),
            Change(_("原因"), "", reason),
        ]

    def save(self, act: Act) -> None:
        cleaned = self.cleaned_data
        identity.change_credit_code(
            self.firm, code=cleaned["code"], reason=cleaned["reason"], expected=self.expected, act=act
        )


class MoveForm(IdentityForm):
    title, hint, icon = (
        gettext_lazy("迁移"),
        gettext_lazy("迁到别的县市区，或迁入迁出园区"),
        "map-pin",
    )
    county = forms.ChoiceField(label=gettext_lazy("县市区"))
    park = forms.ChoiceField(label=gettext_lazy("所在园区"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(counties().order_by("code"))
        county = AheadSelect({row.code: row.initials for row in rows})
        self._choose("county", county, [(row.code, row.full_name) for row in rows], _("请选择县市区"))
        parks = Unit.objects.filter(kind=UnitKind.PARK, is_active=True).order_by("region", "name")
        self.parks = {str(unit.public_id): unit for unit in parks}
        choices = [(key, unit.name) for key, unit in self.parks.items()]
        self._choose("park", AheadSelect({}), choices, _("不在园区内"))

    def _choose(self, name: str, widget: Any, choices: list[tuple[str, str]], blank: str) -> None:
        field = self.fields[name]
        field.widget = widget
        field.choices = with_blank(choices, blank)  # type: ignore[attr-defined]

    def present(self, firm: Enterprise) -> dict[str, Any]:
        return {"county": firm.prefecture, "park": firm.park.public_id if firm.park else ""}

    def clean(self) -> dict[str, Any]:
        """Something must differ."""
        cleaned = super().clean() or {}
        park = self.parks.get(cleaned.get("park", ""))
        same_park = (park.pk if park else None) == self.firm.park_id
        if cleaned.get("county") == self.firm.prefecture and same_park:
            self.add_error("county", _("县市区和园区都没有变化。请选择迁入地。"))
        return cleaned

    def changes(self) -> list[Change]:
        park = self.parks.get(self.cleaned_data["park"])
        before = self.firm.park.name if self.firm.park else _("不在园区内")
        found = [
            Change(
                _("县市区"),
                _place(self.firm.prefecture or ""),
                _place(self.cleaned_data["county"]),
            ),
            Change(_("所在园区"), before, park.name if park else _("不在园区内")),
        ]
        return [change for change in found if change.before != change.after]

    def save(self, act: Act) -> None:
        cleaned = self.cleaned_data
        park = self.parks.get(cleaned["park"])
        identity.move_firm(self.firm, county=cleaned["county"], park=park, expected=self.expected, act=act)


class RegistrationForm(IdentityForm):
    title, hint, icon = (
        gettext_lazy("登记状态变更"),
        gettext_lazy("注销、吊销、歇业，或恢复存续"),
        "circle-x",
    )
    registration = forms.ChoiceField(
        label=gettext_lazy("新状态"), choices=Registration.choices, widget=forms.RadioSelect
    )

    def clean_registration(self) -> str:
        """Another than the present."""
        wanted: str = self.cleaned_data["registration"]
        if wanted == self.firm.registration:
            raise ValidationError(_("企业现在就是这个状态。请选择变更后的状态。"), code="same")
        return wanted

    def changes(self) -> list[Change]:
        after = Registration(self.cleaned_data["registration"]).label
        return [Change(_("登记状态"), str(Registration(self.firm.registration).label), str(after))]

    def save(self, act: Act) -> None:
        wanted = self.cleaned_data["registration"]
        identity.change_registration(self.firm, registration=wanted, expected=self.expected, act=act)


class _HeirsForm(IdentityForm):
    """With one or more firms that take over, each by code, and by name if it is not in the register."""

    def heir(self, code_name: str, name_name: str) -> Heir | None:
        """The heir of two fields, None when both are blank; errors go to the fields."""
        text, name = self.cleaned_data.get(code_name) or "", self.cleaned_data.get(name_name) or ""
        if code_name in self.errors or (not text and not name):
            return None
        try:
            code = credit_codes.clean(text)
        except Refused as refusal:
            self.add_error(code_name, worded(refusal.said))
            return None
        row = find_by_codes([code]).get(code)
        if row is not None:
            return self._known(row, code_name)
        if not name:
            self.add_error(name_name, _("代码%s还没有在册，请填写新企业的名称。") % code)
            return None
        return Heir(name=name, code=code)

    def _known(self, row: Enterprise, code_name: str) -> Heir | None:
        if not self.firms.filter(pk=row.pk).exists():
            self.add_error(code_name, _("这家企业不在您的管辖范围内，请由上级单位办理。"))
            return None
        return Heir(row=row)

    def in_words(self, heir: Heir) -> str:
        """浏阳湘瑞机械有限公司（已在册）, or （将新建）."""
        if heir.row is not None:
            return _("%s（已在册）") % heir.row.name
        return _("%(name)s %(code)s（将新建）") % {"name": heir.name, "code": heir.code}

    def cancelled(self, firms: Sequence[Enterprise]) -> list[Change]:
        """The line that says a firm will be cancelled."""
        gone = str(Registration.CANCELLED.label)
        return [
            Change(_("登记状态：%s") % firm.name, str(Registration(firm.registration).label), gone)
            for firm in firms
            if firm.registration != Registration.CANCELLED
        ]

    @property
    def versions(self) -> dict[int, int]:
        """The version of this page's firm as the officer saw it."""
        return {self.firm.pk: self.expected}


class MergerForm(_HeirsForm):
    title, hint, icon = (
        gettext_lazy("合并"),
        gettext_lazy("几家企业依法合并为一家；不是重复记录"),
        "plus",
    )
    others = forms.CharField(
        label=gettext_lazy("参加合并的其他企业"),
        widget=forms.Textarea({"rows": 3}),
        max_length=400,
        help_text=gettext_lazy("统一社会信用代码，一行一个"),
    )
    code = forms.CharField(
        label=gettext_lazy("合并后企业的代码"), widget=CreditCodeInput(), max_length=60,
        help_text=gettext_lazy("吸收合并时填存续企业的代码"),
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("合并后企业的名称"), max_length=120, required=False,
        help_text=gettext_lazy("新设合并时填写；代码已在册则不用填"),
    )  # fmt: skip

    def clean_others(self) -> list[Enterprise]:
        """The firms behind the codes, all of them known and the officer's to change."""
        codes = [
            credit_codes.normalise(part) for part in re.split(r"[\s,，;；、]+", self.cleaned_data["others"])
        ]
        wanted = [code for code in dict.fromkeys(codes) if code]
        if len(wanted) > MOST_FIRMS:
            raise ValidationError(_("一次最多填%s家。") % MOST_FIRMS, code="many")
        known = find_by_codes(wanted)
        mine = set(self.firms.filter(pk__in=[row.pk for row in known.values()]).values_list("pk", flat=True))
        absent = [code for code in wanted if code not in known or known[code].pk not in mine]
        if absent:
            raise ValidationError(
                _("%s没有在册或不在您的管辖范围内，请核对代码。") % "、".join(absent), code="absent"
            )
        return [known[code] for code in wanted]

    def clean(self) -> dict[str, Any]:
        """At least two firms, counting this one."""
        cleaned = super().clean() or {}
        self.successor = self.heir("code", "name")
        others = {row.pk for row in cleaned.get("others") or []} - {self.firm.pk}
        if cleaned.get("others") is not None and not others:
            self.add_error("others", _("请填写参加合并的另一家企业，不是本企业自己。"))
        return cleaned

    def _firms(self) -> list[Enterprise]:
        return [self.firm, *(row for row in self.cleaned_data["others"] if row.pk != self.firm.pk)]

    def changes(self) -> list[Change]:
        heir = self.successor
        if heir is None:
            return []
        gone = [firm for firm in self._firms() if heir.row is None or firm.pk != heir.row.pk]
        names = "、".join(firm.name for firm in self._firms())
        return [Change(_("合并"), names, self.in_words(heir)), *self.cancelled(gone)]

    def save(self, act: Act) -> None:
        if self.successor is not None:
            succession.record_merger(self._firms(), heir=self.successor, versions=self.versions, act=act)


class SplitForm(_HeirsForm):
    title, hint, icon = gettext_lazy("分立"), gettext_lazy("一家企业依法分成几家"), "list-details"
    goes_on = forms.ChoiceField(
        label=gettext_lazy("分立方式"),
        choices=[
            ("yes", gettext_lazy("存续分立：本企业继续存在")),
            ("no", gettext_lazy("解散分立：本企业注销")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, MOST_HEIRS + 1):
            code = forms.CharField(
                label=_("第%s家新企业的代码") % number,
                widget=CreditCodeInput(),
                max_length=60,
                required=number == 1,
            )
            name = forms.CharField(label=_("第%s家新企业的名称") % number, max_length=120, required=False)
            self.fields |= {f"code_{number}": code, f"name_{number}": name}
        self.order_fields(
            [*(name for name in self.fields if name not in ("on", "document")), "on", "document"]
        )

    def clean(self) -> dict[str, Any]:
        """As many heirs as the kind of split needs."""
        cleaned = super().clean() or {}
        found = [self.heir(f"code_{number}", f"name_{number}") for number in range(1, MOST_HEIRS + 1)]
        self.heirs = [heir for heir in found if heir is not None]
        if cleaned.get("goes_on") == "no" and len(self.heirs) < 2 and "code_2" not in self.errors:
            self.add_error("code_2", _("解散分立至少产生两家新企业。请填写第2家。"))
        return cleaned

    def changes(self) -> list[Change]:
        names = "、".join(self.in_words(heir) for heir in self.heirs)
        gone = [] if self.cleaned_data["goes_on"] == "yes" else [self.firm]
        return [Change(_("分立"), self.firm.name, names), *self.cancelled(gone)]

    def save(self, act: Act) -> None:
        goes_on = self.cleaned_data["goes_on"] == "yes"
        succession.record_split(self.firm, heirs=self.heirs, goes_on=goes_on, versions=self.versions, act=act)


class IncorporationForm(_HeirsForm):
    title, hint, icon = (
        gettext_lazy("个转企"),
        gettext_lazy("个体工商户转为企业，另领代码"),
        "building-factory-2",
    )
    code = forms.CharField(label=gettext_lazy("转型后企业的代码"), widget=CreditCodeInput(), max_length=60)
    name = forms.CharField(
        label=gettext_lazy("转型后企业的名称"), max_length=120, required=False,
        help_text=gettext_lazy("代码已在册则不用填"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The company that takes over."""
        cleaned = super().clean() or {}
        self.successor = self.heir("code", "name")
        if self.successor and self.successor.row and self.successor.row.pk == self.firm.pk:
            self.add_error("code", _("这是本户现在的代码。代码没有变的，请用“更名”。"))
        return cleaned

    def changes(self) -> list[Change]:
        if self.successor is None:
            return []
        line = Change(pgettext("kind of change", "个转企"), self.firm.name, self.in_words(self.successor))
        return [line, *self.cancelled([self.firm])]

    def save(self, act: Act) -> None:
        if self.successor is not None:
            succession.record_incorporation(self.firm, heir=self.successor, versions=self.versions, act=act)


def _place(code: str) -> str:
    found = division(code) if code else None
    return found.full_name if found else _("未登记")


FORMS: dict[str, type[IdentityForm]] = {
    "rename": RenameForm,
    "code": CreditCodeForm,
    "move": MoveForm,
    "registration": RegistrationForm,
    "merger": MergerForm,
    "split": SplitForm,
    "incorporation": IncorporationForm,
}
