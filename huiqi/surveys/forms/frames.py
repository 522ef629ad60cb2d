"""How the firms of a survey are drawn: everybody or a sample, by which strata, how many."""

from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.surveys.models import Allocation, Method, RegionDepth
from huiqi.surveys.models.frames import MOST_ROTATION_GROUPS
from huiqi.surveys.models.waves import TARGET_PERCENT


class DrawForm(forms.Form):
    """Beside the register's filters. The size is given in firms, or as the precision wanted."""

    use_required_attribute = False
    method = forms.ChoiceField(label=gettext_lazy("抽取方法"), choices=Method, widget=forms.RadioSelect)
    sample_size = forms.IntegerField(
        label=gettext_lazy("样本量（家）"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=gettext_lazy("抽样时填；或在下面填想要的精度，由系统算。"),
    )
    points = forms.IntegerField(
        label=gettext_lazy("想要的精度（±几个百分点）"),
        required=False,
        min_value=1,
        max_value=20,
        help_text=gettext_lazy("按95%置信度、比例为一半的最坏情形计算，再除以预计应答率。"),
    )
    expected_percent = forms.IntegerField(
        label=gettext_lazy("预计应答率（%）"),
        required=False,
        min_value=1,
        max_value=100,
        initial=TARGET_PERCENT,
    )
    by_region = forms.TypedChoiceField(label=gettext_lazy("按地区分层"), choices=RegionDepth, coerce=int)
    by_section = forms.BooleanField(label=gettext_lazy("按行业门类分层"), required=False)
    by_size = forms.BooleanField(label=gettext_lazy("按规模分层"), required=False)
    allocation = forms.ChoiceField(label=gettext_lazy("样本怎样分到各层"), choices=Allocation)
    least_per_stratum = forms.IntegerField(
        label=gettext_lazy("每层最少（家）"),
        min_value=0,
        max_value=1_000,
        help_text=gettext_lazy("一层少于两家，算不出这一层的误差。"),
    )
    rotation_groups = forms.IntegerField(
        label=gettext_lazy("轮换组数"),
        min_value=1,
        max_value=MOST_ROTATION_GROUPS,
        help_text=gettext_lazy("填9，就是分成9组，每轮问一组，一家企业9轮问一次；填1，每轮都问同一批企业。"),
    )
    seed = forms.RegexField(
        r"^[0-9a-zA-Z]{1,32}$",
        label=gettext_lazy("随机种子"),
        required=False,
        help_text=gettext_lazy("留空由系统产生。同样的种子和档案，抽出同样的企业，供核对。"),
    )

    def clean(self) -> dict[str, Any]:
        """A sample has a size or a precision."""
        cleaned: dict[str, Any] = super().clean() or {}
        has_size = cleaned.get("sample_size") or cleaned.get("points")
        if cleaned.get("method") == Method.SAMPLE and not has_size and not self.errors:
            self.add_error("sample_size", ValidationError(_("请填样本量，或填想要的精度。"), code="size"))
        return cleaned

    @property
    def expected(self) -> Fraction:
        """The share of those asked that will answer."""
        return Fraction(self.cleaned_data.get("expected_percent") or TARGET_PERCENT, 100)
