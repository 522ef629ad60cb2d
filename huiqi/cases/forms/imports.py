"""Uploading a table of requests, and saying what its columns are."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.cases.sheet_rows import LABELS, missing
from huiqi.core.fields import NamesSelect


class RequestFileForm(forms.Form):
    """The file. What it is, is told by its content, not by its name."""

    use_required_attribute = False
    file = forms.FileField(
        label=gettext_lazy("选择表格文件"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.xls"}),
        error_messages={
            "required": gettext_lazy("请先选择文件。"),
            "empty": gettext_lazy("文件是空的，请核对选的是不是要上传的那个文件。"),
        },
    )


class RequestColumnsForm(forms.Form):
    """One choice for each column; `headings` with samples as they were seen."""

    use_required_attribute = False

    def __init__(self, data: Any, headings: Sequence[Mapping[str, Any]], mapping: Mapping[str, str]) -> None:
        super().__init__(data)
        self.headings = headings
        choices = [("", _("不读取")), *((key, _(label)) for key, label in LABELS.items())]
        for place, heading in enumerate(headings):
            self.fields[f"c{place}"] = forms.ChoiceField(
                label=_("“%(heading)s”读作") % {"heading": heading["text"]},
                choices=choices,
                required=False,
                widget=NamesSelect({"class": "hq-select"}),
                initial=mapping.get(heading["text"], ""),
            )

    @property
    def lines(self) -> list[dict[str, Any]]:
        """One line of the page for each column of the table."""
        return [
            {"heading": heading, "column": self[f"c{place}"]} for place, heading in enumerate(self.headings)
        ]

    @property
    def mapping(self) -> dict[str, str]:
        """Heading to field, of the columns that are read."""
        chosen = {heading["text"]: self.cleaned_data[f"c{at}"] for at, heading in enumerate(self.headings)}
        return {heading: key for heading, key in chosen.items() if key}

    def clean(self) -> dict[str, Any]:
        """Each field from one column, and none missing that every row needs."""
        cleaned: dict[str, Any] = super().clean() or {}
        taken: dict[str, str] = {}
        for place, heading in enumerate(self.headings):
            key = cleaned.get(f"c{place}") or ""
            if key and key in taken:
                said = _("“%(first)s”也读作它。一项内容只能来自一列，请把其中一列改成“不读取”。")
                self.add_error(f"c{place}", said % {"first": taken[key]})
            elif key:
                taken[key] = heading["text"]
        lacking = missing({text: key for key, text in taken.items()})
        if lacking:
            said = _("还没有哪一列读作：%(columns)s。每行都要有这些内容。")
            self.add_error(None, said % {"columns": "、".join(_(label) for label in lacking)})
        return cleaned
