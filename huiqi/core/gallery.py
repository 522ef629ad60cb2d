"""Every component on one page with sample content, for looking at, for screenshots and for axe-core.

Served on demo and test sites only; the figures are invented.
"""

from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from huiqi.core.fields import (
    AheadInput,
    AheadSelect,
    CountField,
    CreditCodeInput,
    DateField,
    MoneyField,
    UnitInput,
    with_blank,
)
from huiqi.core.templatetags.hq import NATURE_WORDS, RESULT_WORDS, STATUS_WORDS

COUNTIES = [
    ("430102", "长沙市芙蓉区"),
    ("430181", "长沙市浏阳市"),
    ("430182", "长沙市宁乡市"),
    ("430281", "株洲市醴陵市"),
    ("430626", "岳阳市平江县"),
    ("433101", "湘西州吉首市"),
]
INDUSTRIES = [("1781", "非织造布制造"), ("2770", "卫生材料及医药用品制造")]
INITIALS = {"430102": "cssfrq", "430181": "csslys", "430182": "cssnxs", "430281": "zzsals"}
SIZES = [("yes", gettext_lazy("是")), ("no", gettext_lazy("否")), ("unsure", gettext_lazy("不清楚"))]
TROUBLES = [
    ("cash", gettext_lazy("资金周转")),
    ("staff", gettext_lazy("用工")),
    ("goods", gettext_lazy("原材料和物流")),
]


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label=gettext_lazy("企业名称"), help_text=gettext_lazy("与营业执照一致"), max_length=100
    )
    code = forms.CharField(label=gettext_lazy("统一社会信用代码"), widget=CreditCodeInput())
    employees = CountField(
        "人", label=gettext_lazy("职工人数"), help_text=gettext_lazy("2019年末，含签订劳动合同的全部职工")
    )
    revenue = MoneyField(label=gettext_lazy("2019年营业收入"), last=1_280_000_00)
    ratio = forms.CharField(label=gettext_lazy("裁员率"), required=False, widget=UnitInput("%", decimal=True))
    founded = DateField(
        label=gettext_lazy("成立日期"), help_text=gettext_lazy("如 2015-3-9 或 2015年3月9日"), required=False
    )
    county = forms.ChoiceField(
        label=gettext_lazy("所在区县"),
        help_text=gettext_lazy("可输入名称或拼音首字母，如“lys”"),
        choices=with_blank(COUNTIES, _("请选择")),
        widget=AheadSelect(INITIALS),
    )
    industry = forms.CharField(
        label=gettext_lazy("行业"),
        help_text=gettext_lazy("按主要产品或服务填写"),
        widget=AheadInput("/gallery/?offer=1"),
    )
    exporter = forms.ChoiceField(
        label=gettext_lazy("是否有进出口业务"), choices=SIZES, widget=forms.RadioSelect, initial="no"
    )
    troubles = forms.MultipleChoiceField(
        label=gettext_lazy("目前的困难"),
        help_text=gettext_lazy("可多选"),
        choices=TROUBLES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    phone = forms.CharField(
        label=gettext_lazy("联系电话"), widget=forms.TextInput({"type": "tel", "autocomplete": "tel"})
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("办理方式"), choices=[("a", gettext_lazy("网上办")), ("b", gettext_lazy("窗口办"))]
    )
    remark = forms.CharField(
        label=gettext_lazy("补充说明"), widget=forms.Textarea({"rows": 3}), required=False
    )
    promise = forms.BooleanField(label=gettext_lazy("我承诺以上填写属实"))


SLIPS = {
    "code": "91430181MA4L0X0X0I",
    "employees": "三十五人",
    "revenue": "约一百万",
    "revenue_unit": "wan",
    "founded": "2020年2月30日",
    "exporter": "",
}


def _faulty_form() -> SampleForm:
    form = SampleForm(SLIPS, auto_id="bad_%s")
    for name in set(form.fields) - SLIPS.keys():
        del form.fields[name]
    form.is_valid()
    return form


def _timeline() -> list[dict[str, Any]]:
    return [
        {
            "title": _("人社部发〔2020〕8号"),
            "when": date(2020, 1, 30),
            "text": _("中小微企业裁员率放宽到不高于5.5%"),
        },
        {
            "title": _("湘人社规〔2020〕3号"),
            "when": date(2020, 2, 5),
            "text": _("30人以下的企业，裁员率不超过20%即可"),
            "status": "live",
            "is_current": True,
        },
        {"title": _("政策到期"), "when": date(2020, 12, 31), "status": "not_in_force"},
    ]


def _context() -> dict[str, Any]:
    return {
        "crumbs": [(_("首页"), "/"), (_("政策目录"), "/policies/"), (_("失业保险稳岗返还"), "")],
        "form": SampleForm(initial={"revenue": 1_280_000_00, "founded": date(2015, 3, 9)}),
        "faulty": _faulty_form(),
        "statuses": list(STATUS_WORDS),
        "natures": list(NATURE_WORDS),
        "results": list(RESULT_WORDS),
        "page": Paginator(range(243), 20).get_page(5),
        "timeline_items": _timeline(),
        "fact_items": [
            (_("企业名称"), _("浏阳市某防护用品有限公司"), "#form"),
            (_("所在区县"), _("长沙市浏阳市"), "#form"),
            (_("2019年营业收入"), "1,280,000元", "#form"),
        ],
        "chips": [(_("条款：三"), "?"), (_("性质：现金"), "?")],
        "fen": 1_280_000_00,
        "day": date(2020, 2, 9),
    }


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """The gallery; with `?offer=1` the sample source of the type-ahead box."""
    if request.GET.get("offer"):
        return JsonResponse(
            [
                {"value": "1781", "label": "1781 非织造布制造"},
                {"value": "2770", "label": "2770 卫生材料及医药用品制造"},
            ],
            safe=False,
        )
    base = "core/base_staff.html" if request.GET.get("staff") else "core/base_public.html"
    return render(request, "core/gallery.html", {**_context(), "base": base})
