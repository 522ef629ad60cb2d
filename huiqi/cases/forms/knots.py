"""Forms about knots: to take one up, to dismiss it, to say that it is untied."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy

from huiqi.cases.forms.acts import UnitField, long_text
from huiqi.core.fields import AheadInput, DateField


class ConfirmKnotForm(forms.Form):
    """One owner, the root cause, one task with its day."""

    owner = UnitField(label=gettext_lazy("牵头单位"))
    cause = long_text(gettext_lazy("根源"), gettext_lazy("为什么这么多企业都遇到。"), rows=3)
    task = long_text(gettext_lazy("任务"), gettext_lazy("做什么才能从根上解决。"), rows=3)
    due_on = DateField(label=gettext_lazy("完成日期"))

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="confirm-%s")
        self.fields["owner"].widget = AheadInput(reverse("cases:unit_names"))


class KnotTextForm(forms.Form):
    """Why not, or how it was untied."""

    text = long_text(gettext_lazy("说明"), rows=3)
