"""Three numbers per product, a free line, and the tick 上报: the form of one firm for one day."""

import hashlib
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.core.fields import CountField
from huiqi.core.language import worded
from huiqi.stationing.models import Escalation
from huiqi.stationing.plausibility import Three, questions
from huiqi.stationing.queries.sheets import Entry, FirmSheet

# Far above any line of the world, far below the column's end.
MOST = 999_999_999_999
PARTS = (
    ("output", gettext_lazy("产量")),
    ("stock", gettext_lazy("库存")),
    ("shortage", gettext_lazy("缺口")),
)


class FirmReportForm(forms.Form):
    """The fields are named `<firm>-<product>-<part>`, so that all firms go in one send."""

    note = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    up = forms.BooleanField(label=gettext_lazy("需要上报：请县里协调解决"), required=False)
    urgent = forms.BooleanField(label=gettext_lazy("紧急，同时报省里"), required=False)
    # Fingerprint of the numbers that were asked back: sending the same again confirms them.
    asked = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, sheet: FirmSheet, sent: Any = None) -> None:
        super().__init__(sent, prefix=sheet.firm.public_id)
        self.sheet = sheet
        self.problem = ""  # why the command declined
        self.questions: list[str] = []
        self.saved = False
        self.initial.setdefault("note", sheet.report.note if sheet.report else "")
        for entry in sheet.entries:
            for part, label in PARTS:
                field = CountField(entry.product.unit, high=MOST, required=False, label=label)
                field.widget.attrs["maxlength"] = 20
                field.help_text = _before(entry.before, part)
                self.fields[f"{entry.product.id}-{part}"] = field
                if entry.now:
                    self.initial[f"{entry.product.id}-{part}"] = getattr(entry.now, part)

    @property
    def products(self) -> list[tuple[Entry, list[forms.BoundField]]]:
        """For the template: each product with its three boxes."""
        return [
            (entry, [self[f"{entry.product.id}-{part}"] for part, _label in PARTS])
            for entry in self.sheet.entries
        ]

    @property
    def is_untouched(self) -> bool:
        """Nothing was typed at all: this firm is left out of the send."""
        names = [name for name in self.fields if name != "asked"]
        return all(not str(self.data.get(self.add_prefix(name), "")).strip() for name in names)

    def clean(self) -> dict[str, Any]:
        """Three numbers or none, and a matter to report has its text."""
        data = super().clean() or {}
        for entry in self.sheet.entries:
            self._check_whole(entry, data)
        if data.get("up") and not data.get("note", "").strip():
            self.add_error("note", _("请在说明里写清要上报的事项。"))
        return data

    def _check_whole(self, entry: Entry, data: dict[str, Any]) -> None:
        names = [f"{entry.product.id}-{part}" for part, _label in PARTS]
        if all(name in data and data[name] is None for name in names):
            return
        for name, (_part, label) in zip(names, PARTS, strict=True):
            if name in data and data[name] is None:
                self.add_error(name, _("请填%(what)s；没有就填0。") % {"what": label})

    def figures(self) -> dict[str, Three]:
        """The products with numbers; call after is_valid."""
        found = {}
        for entry in self.sheet.entries:
            three = [self.cleaned_data.get(f"{entry.product.id}-{part}") for part, _label in PARTS]
            if None not in three:
                found[entry.product.id] = Three(*three)  # type: ignore[arg-type]
        return found

    def odd(self) -> list[str]:
        """What to ask back about these numbers, in words."""
        figures, asked = self.figures(), []
        for entry in self.sheet.entries:
            three = figures.get(entry.product.id)
            if three is not None and three != entry.now:
                found = questions(three, entry.before, entry.capacity, entry.product.unit)
                asked += [f"{entry.product.name}：{worded(question)}" for question in found]
        return asked

    def fingerprint(self) -> str:
        """Names exactly these numbers."""
        return hashlib.sha256(repr(sorted(self.figures().items())).encode()).hexdigest()

    @property
    def is_unchanged(self) -> bool:
        """Only what was sent before comes again, as when other firms on the page are filled in later."""
        stored = {entry.product.id: entry.now for entry in self.sheet.entries if entry.now}
        report, data = self.sheet.report, self.cleaned_data
        same_note = report is not None and data["note"].strip() == report.note
        return same_note and self.figures() == stored and not data["up"]

    def ask_back(self, odd: list[str]) -> None:
        """Show the questions, and let the next send of the same numbers confirm them."""
        self.questions = odd
        self.data = {**self.data.dict(), self.add_prefix("asked"): self.fingerprint()}  # type: ignore[attr-defined]

    @property
    def is_confirmed(self) -> bool:
        """The same numbers were asked back before and come again."""
        return bool(self.cleaned_data["asked"] == self.fingerprint())

    @property
    def urgency(self) -> str:
        """The urgency of what is reported upwards."""
        return str(Escalation.Urgency.URGENT if self.cleaned_data["urgent"] else Escalation.Urgency.NORMAL)


def _before(before: Three | None, part: str) -> str:
    """Yesterday's number, beside the box."""
    return _("昨日 %(number)s") % {"number": f"{getattr(before, part):,}"} if before else _("昨日未报")
