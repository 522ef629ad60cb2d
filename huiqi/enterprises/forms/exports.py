"""Asking for a list of firms to take along: what for, which columns, which format."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.enterprises.queries.exports import FORMS, ExportColumn


class ExportForm(forms.Form):
    """Purpose, columns, format."""

    use_required_attribute = False
    purpose = forms.CharField(
        label=gettext_lazy("导出用途"),
        min_length=4,
        max_length=120,
        help_text=gettext_lazy("写明做什么用、给谁用，如“复工复产调度会用表”。用途会印在表上并记入审计。"),
        error_messages={
            "required": gettext_lazy("请写明用途。"),
            "min_length": gettext_lazy("用途太短，请写明做什么用、给谁用。"),
        },
    )
    form = forms.ChoiceField(label=gettext_lazy("文件格式"), widget=forms.RadioSelect)
    columns = forms.MultipleChoiceField(
        label=gettext_lazy("要哪些列"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("请至少选一列。")},
    )

    def __init__(self, data: Any, offered: Mapping[str, ExportColumn], **more: Any) -> None:
        super().__init__(data, **more)
        self.offered = offered
        self.fields["form"].choices = [(key, _(one.label)) for key, one in FORMS.items()]  # type: ignore[attr-defined]
        self.fields["form"].initial = "xlsx"
        self.fields["columns"].choices = [(key, one.column.header) for key, one in offered.items()]  # type: ignore[attr-defined]
        self.fields["columns"].initial = [key for key, one in offered.items() if one.is_usual]

    @property
    def groups(self) -> list[tuple[str, list[tuple[str, str, bool]]]]:
        """The columns by group: value, heading, whether it is ticked."""
        ticked = set(self["columns"].value() or ())
        found: dict[str, list[tuple[str, str, bool]]] = {}
        for key, column in self.offered.items():
            found.setdefault(_(column.group), []).append((key, column.column.header, key in ticked))
        return list(found.items())

    @property
    def chosen(self) -> list[ExportColumn]:
        """The columns in the order in which they are offered."""
        ticked = set(self.cleaned_data["columns"])
        return [column for key, column in self.offered.items() if key in ticked]
