"""Forms of results: what to cross with what, which answer to map, how to weight, what to export, a brief."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.surveys.analysis.codebook import Codebook, Kind, Question
from huiqi.surveys.analysis.wave import Percent
from huiqi.surveys.commands.results import Weights
from huiqi.surveys.microdata import Format

PERCENTS = ((Percent.ROW, gettext_lazy("每一行合计100%")), (Percent.COLUMN, gettext_lazy("每一列合计100%")))
LONGEST_LABEL = 40


def _labelled(questions: Sequence[Question]) -> list[tuple[str, str]]:
    return [(one.name, _short(_(one.label))) for one in questions]


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"


class CrossForm(forms.Form):
    """A question by a column of the frame or by another question."""

    use_required_attribute = False
    question = forms.ChoiceField(label=gettext_lazy("题目"))
    by = forms.ChoiceField(label=gettext_lazy("分组"))
    percent = forms.ChoiceField(label=gettext_lazy("百分比"), choices=PERCENTS, required=False)

    def __init__(self, data: Any, codebook: Codebook, groups: Sequence[Question], most: int) -> None:
        super().__init__(data)
        self.codebook, self.most = codebook, most
        tabled = [one for one in codebook.questions if one.kind in (Kind.SINGLE, Kind.MULTIPLE)]
        single = [one for one in tabled if one.kind is Kind.SINGLE]
        self.fields["question"].choices = _labelled(tabled)  # type: ignore[attr-defined]
        self.fields["by"].choices = [  # type: ignore[attr-defined]
            (_("企业情况"), _labelled(groups)),
            (_("其他题目"), _labelled(single)),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        question, by = cleaned.get("question"), cleaned.get("by")
        if not question or not by:
            return cleaned
        if question == by:
            self.add_error("by", _("题目和分组是同一题，请另选一个分组。"))
        asked, group = self.codebook.column(question), self.codebook.column(by)
        if len(asked.choices) * len(group.choices) > self.most:
            self.add_error("by", _("两题的选项太多，表放不下。请换一个选项少的分组。"))
        if asked.kind is Kind.MULTIPLE and cleaned.get("percent") == Percent.COLUMN:
            self.add_error("percent", _("多选题只按行计算百分比，请选“每一行合计100%”。"))
        return cleaned


class AnswerForm(forms.Form):
    """One answer of one question, chosen together: `question/answer`."""

    use_required_attribute = False
    answer = forms.ChoiceField(label=gettext_lazy("看哪个回答"))

    def __init__(self, data: Any, codebook: Codebook) -> None:
        super().__init__(data)
        tabled = [one for one in codebook.questions if one.kind in (Kind.SINGLE, Kind.MULTIPLE)]
        self.fields["answer"].choices = [  # type: ignore[attr-defined]
            (_short(one.label), [(f"{one.name}/{choice.name}", choice.label) for choice in one.choices])
            for one in tabled
        ]


class WeightsForm(forms.Form):
    """How answers are weighted."""

    use_required_attribute = False
    uses_design = forms.BooleanField(label=gettext_lazy("设计权重：抽中机会小的企业代表得多"), required=False)
    uses_response = forms.BooleanField(
        label=gettext_lazy("无应答调整：同类企业中答了的代表没答的"), required=False
    )
    margins = forms.MultipleChoiceField(
        label=gettext_lazy("按登记库校准"), required=False, widget=forms.CheckboxSelectMultiple
    )
    merge_below = forms.IntegerField(
        label=gettext_lazy("作答少于几家的类别先合并"),
        min_value=0,
        max_value=1000,
        help_text=gettext_lazy("填0表示不合并：有类别没人作答时会提示是哪几类。"),
    )

    def __init__(
        self, *args: Any, has_design: bool, margins: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["margins"].choices = margins  # type: ignore[attr-defined]
        if not has_design:
            del self.fields["uses_design"], self.fields["uses_response"]

    def weights(self) -> Weights:
        """What the command takes; for a valid form."""
        given = self.cleaned_data
        return Weights(
            bool(given.get("uses_design")),
            bool(given.get("uses_response")),
            tuple(given["margins"]),
            given["merge_below"],
        )


FORMATS = (
    (Format.XLSX, gettext_lazy("Excel（.xlsx，第二页是编码表）")),
    (Format.CSV, gettext_lazy("CSV（UTF-8，Excel可直接打开）")),
    (Format.CSV_GB18030, gettext_lazy("CSV（GB18030，给旧软件）")),
    (Format.SPSS, gettext_lazy("SPSS（.sav，带变量和值标签）")),
    (Format.PARQUET, gettext_lazy("Parquet（给 Python、R）")),
)


class MicrodataForm(forms.Form):
    """What for, in which form, and whether firms must be indistinguishable."""

    use_required_attribute = False
    purpose = forms.CharField(
        label=gettext_lazy("用途"),
        max_length=120,
        help_text=gettext_lazy("写进文件水印和审计记录，如“省工信厅2月运行分析会”。"),
    )
    form = forms.ChoiceField(label=gettext_lazy("格式"), choices=FORMATS, widget=forms.RadioSelect)
    is_anonymised = forms.TypedChoiceField(
        label=gettext_lazy("给谁用"),
        choices=(
            ("1", gettext_lazy("给单位外的人：匿名处理，同样组合的企业不少于k家，去掉文字回答")),
            ("0", gettext_lazy("只在本单位用：逐家数据，不含名称、信用代码和电话")),
        ),
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        initial="1",
    )
    least_alike = forms.IntegerField(
        label=gettext_lazy("匿名处理的k"),
        min_value=3,
        max_value=50,
        initial=5,
        help_text=gettext_lazy("区县、行业、规模相同的企业至少这么多家，不够就把类别合并。"),
    )


class BriefForm(forms.Form):
    """The title and sentences of a brief; a sentence left empty is left out."""

    use_required_attribute = False
    title = forms.CharField(label=gettext_lazy("标题"), max_length=80)

    def __init__(self, *args: Any, sentences: Sequence[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for at, sentence in enumerate(sentences):
            self.fields[f"s{at}"] = forms.CharField(
                label=_("第%(n)s句") % {"n": at + 1},
                max_length=600,
                required=False,
                initial=sentence["text"],
                widget=forms.Textarea({"rows": 2}),
            )
        self.count = len(sentences)

    def texts(self) -> list[str]:
        """The sentences as edited, in order; for a valid form."""
        return [self.cleaned_data[f"s{at}"].strip() for at in range(self.count)]
