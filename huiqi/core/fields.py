"""Form fields as Chinese firms fill them in: amounts in 元 or 万元, counts with a unit, dates in any usual
writing, credit codes, long lists with type-ahead. `{% field %}` (templatetags/hq.py) draws by `hq_kind`."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.core.dates import parse_date, readable
from huiqi.core.errors import Refused
from huiqi.core.language import day_words, is_chinese, wan_words, worded
from huiqi.core.money import FEN_PER_WAN, FEN_PER_YUAN, AmountError, parse_amount

UNIT_OF = {"yuan": "元", "wan": "万元"}
_HAN = re.compile(r"[\u3400-\u9fff]")
_COUNT = re.compile(r"^([+-]?[0-9]{1,15})(?:\.0+)?$")


class UnitInput(forms.TextInput):
    """A short number box with its unit printed after it; `decimal` for a keyboard with a point."""

    hq_kind = "unit"

    def __init__(self, unit: str, *, decimal: bool = False, attrs: dict[str, Any] | None = None) -> None:
        self.unit = unit
        keyboard = "decimal" if decimal else "numeric"
        super().__init__({"inputmode": keyboard, "autocomplete": "off", **(attrs or {})})


class DateInput(forms.TextInput):
    """One text box for a date: typing 2020-2-9 is quicker than any picker and needs no script."""

    hq_kind = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "maxlength": 40, **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        """2020-02-09 for a date, the person's own text otherwise."""
        return value.isoformat() if isinstance(value, date) else super().format_value(value)


class CreditCodeInput(forms.TextInput):
    """The box of a credit code: tidied and checked while typing where script runs."""

    hq_kind = "creditcode"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        typing = {"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}
        super().__init__({"data-hq-creditcode": "", "maxlength": 60, **typing, **(attrs or {})})


class NamesSelect(forms.Select):
    """A select whose choices may be Chinese proper names: those are marked on a page in another language."""

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds lang to the option."""
        option: dict[str, Any] = super().create_option(name, value, label, *args, **kwargs)
        if _HAN.search(str(label)) and not is_chinese():
            option["attrs"]["lang"] = "zh-CN"
        return option


class AheadSelect(NamesSelect):
    """A select that becomes a type-ahead box where script runs.

    `initials` maps a choice's value to what else finds it, as a rule the pinyin initials.
    """

    hq_kind = "ahead"

    def __init__(self, initials: dict[str, str] | None = None, attrs: dict[str, Any] | None = None) -> None:
        self.initials = initials or {}
        super().__init__({"data-hq-ahead": "", **(attrs or {})})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds data-py to the option."""
        option = super().create_option(name, value, *args, **kwargs)
        initials = self.initials.get(str(value))
        if initials:
            option["attrs"]["data-py"] = initials
        return option


class AheadInput(forms.TextInput):
    """A text box that offers matches from `source`, an address answering `?q=` with
    `[{"value", "label"}]`; picking one puts its label into the box, so labels should start with the code."""

    hq_kind = "ahead"

    def __init__(self, source: str, attrs: dict[str, Any] | None = None) -> None:
        hooks = {"data-hq-ahead": "", "data-hq-source": source, "autocomplete": "off"}
        super().__init__({**hooks, **(attrs or {})})


class MoneyInput(forms.MultiWidget):
    """Amount and unit: posts `name` and `name_unit` (yuan or wan)."""

    hq_kind = "money"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        amount = forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "maxlength": 40})
        unit = forms.Select(choices=[("wan", gettext_lazy("万元")), ("yuan", gettext_lazy("元"))])
        super().__init__({"": amount, "unit": unit}, attrs)

    def decompress(self, value: int | None) -> list[str | None]:
        """Amount and unit of stored fen: 万元 when that needs at most two decimals."""
        if value is None:
            return [None, "wan"]
        in_wan = value % (FEN_PER_WAN // 100) == 0
        return [_plain(value, FEN_PER_WAN if in_wan else FEN_PER_YUAN), "wan" if in_wan else "yuan"]


def _plain(fen: int, unit: int) -> str:
    whole, rest = divmod(abs(fen), unit)
    digits = str(rest).rjust(len(str(unit)) - 1, "0").rstrip("0")
    return f"{'-' if fen < 0 else ''}{whole}{'.' + digits if digits else ''}"


class MoneyField(forms.Field):
    """An amount; cleans to integer fen. `low` and `high` are fen, `last` what was filed before, in fen."""

    widget = MoneyInput

    def __init__(
        self, *, low: int | None = 0, high: int | None = None, last: int | None = None, **kwargs: Any
    ) -> None:
        self.low, self.high, self.last = low, high, last
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        """Fen, or None when nothing was typed."""
        amount, unit = (value or ["", ""])[:2]
        if not (amount or "").strip():
            return None
        try:
            fen = parse_amount(amount, UNIT_OF.get(unit or "", "万元"))
        except AmountError as error:
            raise ValidationError(worded(error.said), code="amount") from error
        self._check_bounds(fen)
        return fen

    def _check_bounds(self, fen: int) -> None:
        if self.low is not None and fen < self.low:
            least = _("金额不能是负数。") if self.low == 0 else _("金额不应低于%s。") % wan_words(self.low)
            raise ValidationError(least, code="low")
        if self.high is not None and fen > self.high:
            raise ValidationError(
                _("金额不应超过%s，请核对单位是元还是万元。") % wan_words(self.high), code="high"
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compares amounts, not writings."""
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


class CountField(forms.Field):
    """A whole number of `unit`; cleans to int. Understands full-width digits, commas and the unit itself."""

    def __init__(self, unit: str, *, low: int = 0, high: int | None = None, **kwargs: Any) -> None:
        self.unit, self.low, self.high = unit, low, high
        kwargs.setdefault("widget", UnitInput(unit))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        """The number, or None when nothing was typed."""
        text = unicodedata.normalize("NFKC", str(value or "")).strip()
        if not text:
            return None
        match = _COUNT.match(re.sub(r"[\s,，]", "", text.removesuffix(self.unit)))
        if not match:
            raise ValidationError(_("应为整数，如 35；您填的是“%s”。") % readable(text, 20), code="count")
        self._check_bounds(int(match[1]))
        return int(match[1])

    def _check_bounds(self, number: int) -> None:
        low, high, unit = self.low, self.high, self.unit
        if number < low:
            message = _("不能少于%(low)s%(unit)s；您填的是%(number)s。")
            raise ValidationError(message % {"low": low, "unit": unit, "number": number}, code="low")
        if high is not None and number > high:
            message = _("不应超过%(high)s%(unit)s，请核对；您填的是%(number)s。")
            raise ValidationError(
                message % {"high": f"{high:,}", "unit": unit, "number": f"{number:,}"}, code="high"
            )


class DateField(forms.Field):
    """A date in any usual writing; cleans to a date."""

    widget = DateInput

    def __init__(self, *, first: date | None = None, last: date | None = None, **kwargs: Any) -> None:
        self.first, self.last = first, last
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        """The date, or None when nothing was typed."""
        if isinstance(value, date):
            return value
        if not str(value or "").strip():
            return None
        try:
            day = parse_date(str(value))
        except Refused as refusal:
            raise ValidationError(worded(refusal.said), code="date") from refusal
        if self.first and day < self.first:
            raise ValidationError(_("日期不应早于%s。") % day_words(self.first), code="first")
        if self.last and day > self.last:
            raise ValidationError(_("日期不应晚于%s。") % day_words(self.last), code="last")
        return day


def with_blank(choices: Iterable[tuple[str, Any]], blank: Any) -> list[tuple[str, Any]]:
    """Choices of a select with an empty first one that says what to do; labels may be lazy."""
    return [("", blank), *choices]
