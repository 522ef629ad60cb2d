"""Form fields of the code lists: a place of the province, an entry of the industry table, a credit code.

The first two are given their tables by the form (`offer`): a form reads them once, a field of a class never.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from huiqi.core.fields import AheadInput, AheadSelect, CreditCodeInput, with_blank
from huiqi.core.language import worded
from huiqi.reference import credit_codes
from huiqi.reference.models import Division, Industry
from huiqi.reference.queries import Tables
from huiqi.rules.catalogue import SECTIONS


class RegionField(forms.ChoiceField):
    """A prefecture or a county of today; cleans to the four digits of the one, the six of the other."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def offer(self, tables: Tables, admits: Callable[[str], bool] | None = None) -> None:
        """Only counties that `admits` takes by their code, and the prefectures with more than one of them."""
        rows = sorted(_places(tables, admits), key=lambda row: row.code)
        hint = {"data-hq-placeholder": _("市州、区县或首字母")}
        self.widget = AheadSelect({_value(row): row.initials for row in rows}, hint)
        self.choices = with_blank([(_value(row), _label(row)) for row in rows], _("不限"))

    @property
    def is_open(self) -> bool:
        """Whether there is a choice: who has one county needs no filter for it."""
        choices: Any = self.choices
        return len(choices) > 2


def _places(tables: Tables, admits: Callable[[str], bool] | None) -> list[Division]:
    present = [row for row in tables.divisions.values() if row.valid_to is None]
    counties = [row for row in present if row.level == Division.Level.COUNTY]
    counties = [row for row in counties if admits is None or admits(row.code)]
    of_prefecture = Counter(row.code[:4] for row in counties)
    above = [row for row in present if row.level == Division.Level.PREFECTURE]
    return [*(row for row in above if of_prefecture[row.code[:4]] > 1), *counties]


def _value(row: Division) -> str:
    return row.code[:4] if row.level == Division.Level.PREFECTURE else row.code


def _label(row: Division) -> str:
    return (
        _("%(name)s（全市州）") % {"name": row.name} if row.level == Division.Level.PREFECTURE else row.name
    )


class IndustryField(forms.CharField):
    """A section, division, group or class of GB/T 4754-2017, typed or picked; cleans to its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=60, **kwargs)

    def offer(self, tables: Tables) -> None:
        """The table in which codes and names are looked up, and the box that offers its entries."""
        self.tables = tables
        source = f"{reverse('reference:industry_options')}?level=all"
        self.widget = AheadInput(source, {"maxlength": 60, "placeholder": _("名称、首字母或代码")})

    def clean(self, value: Any) -> str:
        """The code in front of what was typed or picked, or of the name alone."""
        typed = str(super().clean(value)).strip()
        if not typed:
            return ""
        code, industries = typed.split()[0].upper(), self.tables.industries
        found = industries.get(code[1:] if len(code) > 1 and code[0].isalpha() else code)
        found = found or next((row for row in industries.values() if row.name == typed), None)
        if found is None:
            raise ValidationError(
                _("请从列出的行业中选一个，或填门类字母、二至四位行业代码，如 C、27、2770。")
            )
        return found.code


def class_range(tables: Tables, code: str) -> tuple[str, str] | None:
    """The first and last four-digit class of an entry; sections are ranges of divisions (GB/T 4754-2017)."""
    entry = tables.industries.get(code)
    if entry is None:
        return None
    if entry.level == Industry.Level.SECTION:
        first, last = SECTIONS[entry.code]
        return f"{first:02d}00", f"{last:02d}99"
    return entry.code.ljust(4, "0"), entry.code.ljust(4, "9")


class CreditCodeField(forms.CharField):
    """A credit code as people write it; cleans to the 18 characters, or "" when nothing was typed."""

    widget = CreditCodeInput

    def clean(self, value: Any) -> str:
        """The code, tidied; what is wrong with it is said in words."""
        typed: str = super().clean(value)
        problem = credit_codes.find_problem(typed) if typed else None
        if problem is not None:
            raise ValidationError(worded(problem.said), code="credit_code")
        return credit_codes.normalise(typed)
