"""What a requester may write about an own case."""

from django import forms
from django.utils.translation import gettext_lazy

from huiqi.cases.forms.asking import TextField, UploadsField
from huiqi.cases.workflow import Word

# As CallBack.note and Case.rating_text.
SHORT = 500
LONG = 2000
# 好差评 (国办发〔2019〕51号): five steps, the worst first.
STEPS = (
    ("5", gettext_lazy("非常满意")),
    ("4", gettext_lazy("满意")),
    ("3", gettext_lazy("基本满意")),
    ("2", gettext_lazy("不满意")),
    ("1", gettext_lazy("非常不满意")),
)
SAYABLE = (Word.SOLVED, Word.PARTLY, Word.NOT_SOLVED)


class ActForm(forms.Form):
    """One act on an own case."""

    use_required_attribute = False


class SupplementForm(ActForm):
    """What was asked for, with photos or files."""

    text = TextField(label=gettext_lazy("补充的情况"), max_length=LONG, widget=forms.Textarea({"rows": 5}))
    file = UploadsField(label=gettext_lazy("照片或文件"))


class MessageForm(ActForm):
    """A word to the offices."""

    text = TextField(
        label=gettext_lazy("给办理单位留言"), max_length=LONG, widget=forms.Textarea({"rows": 3})
    )


class WithdrawForm(ActForm):
    """Why; may stay empty."""

    text = TextField(label=gettext_lazy("撤回的原因"), max_length=SHORT, required=False)


class ReopenForm(ActForm):
    """What is left."""

    text = TextField(
        label=gettext_lazy("还有什么没有解决"), max_length=SHORT, widget=forms.Textarea({"rows": 3})
    )


class RateForm(ActForm):
    """The requester's word: one tap, the rest as one likes."""

    rating = forms.TypedChoiceField(
        label=gettext_lazy("满意吗"),
        choices=STEPS,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    text = TextField(
        label=gettext_lazy("想说的话"), max_length=SHORT, required=False, widget=forms.Textarea({"rows": 3})
    )
    word = forms.ChoiceField(choices=[(word.value, word.label) for word in SAYABLE])

    def clean(self) -> dict[str, object]:
        """Who says "not solved" says what is left, so that nobody starts by guessing."""
        cleaned = super().clean() or {}
        if cleaned.get("word") == Word.NOT_SOLVED and not cleaned.get("text") and "text" not in self.errors:
            self.add_error("text", gettext_lazy("请写一句还有什么没有解决，会转给办理单位接着办。"))
        return cleaned


FORMS: dict[str, type[ActForm]] = {
    "supplement": SupplementForm,
    "message": MessageForm,
    "withdraw": WithdrawForm,
    "rate": RateForm,
    "reopen": ReopenForm,
}
