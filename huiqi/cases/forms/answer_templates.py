"""The form of a template of answers."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.models import Unit
from huiqi.cases.commands.answer_templates import Written
from huiqi.cases.models.case import TEXT_LENGTH
from huiqi.cases.placeholders import unknown_places
from huiqi.core.fields import AheadSelect, with_blank
from huiqi.knowledge.models import TEMPLATE_TITLE, Wording

FOR_ALL = "all"


class AnswerTemplateForm(forms.Form):
    """One edition of a template. `units` are those the person writes for; `for_all`: also for every unit."""

    title = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=TEMPLATE_TITLE,
        help_text=gettext_lazy("在答复页上按名称选，如“已协调专场招聘”"),
    )
    unit = forms.ChoiceField(label=gettext_lazy("哪个单位用"))
    item = forms.ChoiceField(label=gettext_lazy("用于事项"), required=False)
    text = forms.CharField(
        label=gettext_lazy("内容"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea({"rows": 10}),
        help_text=gettext_lazy("可以用列出的占位；不写姓名、号码"),
    )
    wording = forms.ChoiceField(
        label=gettext_lazy("引用口径"),
        required=False,
        widget=AheadSelect,
        help_text=gettext_lazy("套用时放入当天有效的口径；口径到期后这个模板不能套用"),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        units: Sequence[Unit],
        for_all: bool,
        items: Iterable[tuple[str, str]],
        wordings: Iterable[tuple[str, str]],
        is_change: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.units = {unit.public_id: unit for unit in units}
        fields: Any = self.fields
        choices: list[tuple[str, Any]] = [(key, unit.name) for key, unit in self.units.items()]
        fields["unit"].choices = choices + ([(FOR_ALL, _("各单位通用"))] if for_all else [])
        fields["item"].choices = with_blank(list(items), _("不限事项"))
        fields["wording"].choices = with_blank(list(wordings), _("不引用"))
        if is_change or len(fields["unit"].choices) == 1:
            # Whose template it is stays; with one unit there is nothing to choose.
            del self.fields["unit"]

    def clean_text(self) -> str:
        """Only places that mean something."""
        text = str(self.cleaned_data["text"])
        unknown = unknown_places(text)
        if unknown:
            said = _("没有%(places)s这样的占位。请从下面列出的占位里选，或删去花括号。")
            raise ValidationError(said % {"places": "".join(unknown)})
        return text

    def written(self, owner: Unit | None = None) -> Written:
        """What a valid form says; `owner` is whose template it is where the form does not ask."""
        given = self.cleaned_data
        unit = owner
        if "unit" in self.fields:
            unit = self.units.get(given["unit"])
        elif owner is None and self.units and len(self.units) == 1:
            unit = next(iter(self.units.values()))
        wording = Wording.objects.filter(public_id=given["wording"]).first() if given["wording"] else None
        return Written(given["title"], given["text"], unit, given["item"], wording)
