"""The fixed words for a policy's coded attributes, the same on every page, export and API answer.

Each code has a short term for tags and filters and a sentence for the policy page. The sentences say
what the office may do and no more: most reliefs are decided by others.
"""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiqi.core.language import chinese, is_chinese
from huiqi.rules.policy import Policy

Text = str | Promise


class Wording(NamedTuple):
    """A short term and the sentence that explains it."""

    term: Text
    sentence: Text


# The nine measures of the notice, by their numerals.
CLAUSES: dict[str, Text] = {
    "一": _("影响调查与诉求办理"),
    "二": _("防疫物资生产企业"),
    "三": _("复产用工"),
    "四": _("融资服务"),
    "五": _("培育小巨人"),
    "六": _("创新发展"),
    "七": _("减轻负担"),
    "八": _("线上服务"),
    "九": _("运行监测协调"),
}

ROLES: dict[str, Wording] = {
    "decide": Wording(_("由我办认定"), _("是否符合，由我办依规定认定。")),
    "recommend": Wording(_("我办推荐"), _("我办受理、审核并推荐，认定权在认定机关。")),
    "coordinate": Wording(_("我办协调"), _("认定权在认定机关；我办告知企业、协调办理并跟踪结果。")),
    "inform": Wording(_("我办告知"), _("认定权在认定机关；我办只告知政策和办理途径。")),
}

GRANT_MODES: dict[str, Wording] = {
    "auto": Wording(_("免申即享"), _("不用申请，由认定机关直接落实。")),
    "confirm": Wording(_("快申快享"), _("确认一次或填一张短表即可。")),
    "filing": Wording(_("自行申报享受"), _("在正常申报时自行填报享受，资料留存备查。")),
    "application": Wording(_("需申请"), _("向认定机关提出申请，审核后享受。")),
    "rule": Wording(_("依规定执行"), _("规定本身生效，不需要申请。")),
    "service": Wording(_("主动联系获得服务"), _("提供的是服务，联系承办单位即可。")),
}

NATURES: dict[str, Wording] = {
    "cash": Wording(_("现金"), _("发到企业账上的钱。")),
    "saving": Wording(_("减免"), _("本来要交的钱，少交或者不交。")),
    "deferral": Wording(_("缓缴"), _("只是往后推，到期仍要交或者还，不是少交。")),
    "credit": Wording(_("授信"), _("借到的钱或借钱的条件，要还的。")),
    "status": Wording(_("资质"), _("进入名单或取得称号，本身不发钱，可能是其他政策的前提。")),
    "service": Wording(_("服务"), _("得到的是服务，不是钱。")),
    "rule": Wording(_("规则"), _("对各方的要求或允许的做法，本身不是钱。")),
}

STANDINGS: dict[str, Wording] = {
    "live": Wording(_("可判断"), _("条件齐全，可以判断。")),
    "open": Wording(_("待补充"), _("结论本身依赖还没有查到的数据，补齐之前不下结论。")),
}

STATES: dict[str, Wording] = {
    "live": Wording(_("在有效期"), _("在所选日期有效。")),
    "not_in_force": Wording(_("未生效"), _("在所选日期还没有发布或还没有开始执行。")),
    "ended": Wording(_("已截止"), _("在所选日期已经过了有效期。")),
}

CONFIDENCES: dict[str, Wording] = {
    "VERIFIED": Wording(_("已核"), _("已对照公开来源核对。")),
    "KNOWN": Wording(_("须复核原文"), _("据通行说法录入，使用前须对照原文复核。")),
    "PARTIAL": Wording(_("部分已核"), _("一部分已核对，其余须复核原文。")),
    "BENCHMARK": Wording(_("外地标准仅供参照"), _("取自其他地方的标准，本省标准查到后替换。")),
    "GAP": Wording(_("待补"), _("没有查到，由我办补充；补齐前不据此计算。")),
}

GOVERNING_DATES: dict[str, Text] = {
    "application_date": _("申请日期"),
    "billing_month": _("计费月份"),
    "contract_date": _("合同生效日"),
    "donation_date": _("捐赠日期"),
    "due_date": _("到期日"),
    "event_date": _("事项发生日"),
    "filing_date": _("申报日期"),
    "premium_month": _("费款所属月"),
    "purchase_date": _("购置日期"),
    "rent_period": _("租期"),
    "service_date": _("服务发生日"),
    "tax_period": _("税款所属期"),
}

AUTHORITY_KINDS: dict[str, Text] = {
    "tax": _("税务"),
    "social": _("人社、医保、公积金"),
    "industry": _("工信和中小企业主管部门"),
    "finance": _("财政"),
    "bank": _("人民银行、银行、担保"),
    "other": _("其他部门和单位"),
}

# Words by which an authority's name tells its kind; one policy may be decided by several.
_KIND_WORDS: dict[str, tuple[str, ...]] = {
    "tax": ("税务",),
    "social": ("人力资源社会保障", "社会保险经办", "医疗保障", "住房公积金"),
    "industry": ("工业和信息化", "中小企业主管部门"),
    "finance": ("财政",),
    "bank": ("银行", "银保监", "担保", "资金提供方"),
}

STATUSES: dict[str, Wording] = {
    "eligible": Wording(_("可享"), _("按所填情况，条件全部满足。")),
    "ineligible": Wording(_("不适用"), _("按所填情况，有条件不满足。")),
    "unknown": Wording(_("待认定"), _("还缺情况，暂时判断不了。")),
    "not_in_force": Wording(_("不在有效期"), _("在所选日期，这项政策没有有效的版本。")),
    "draft": Wording(_("待补充"), _("结论依赖还没有查到的数据，补齐之前不下结论。")),
}

STATED_BY: dict[str, Text] = {
    "firm": _("企业自己填报"),
    "officer": _("由主管部门认定"),
    "authority_list": _("以主管部门名单或登记为准"),
    "computed": _("由系统按规定推算"),
}

# The catalogue names owners in office shorthand; firms read the full words.
OWNERS: dict[str, Text] = {
    "交通运输": _("交通运输部门"),
    "人民银行": _("人民银行"),
    "人社": _("人社部门"),
    "公积金中心": _("住房公积金中心"),
    "农业农村": _("农业农村部门"),
    "医保": _("医保部门"),
    "发改委和工信部": _("国家发展改革委、工业和信息化部"),
    "国资委": _("国有资产监管部门"),
    "地方金融监管": _("地方金融监管部门"),
    "市州工信": _("市州工信部门"),
    "市监": _("市场监管部门"),
    "残联": _("残疾人联合会"),
    "民航": _("民航部门"),
    "燃气": _("燃气企业"),
    "电力": _("供电企业"),
    "省发改和省工信": _("省发展改革、工信部门"),
    "省级及以上发改和工信": _("省级以上发展改革、工信部门"),
    "知识产权": _("知识产权部门"),
    "税务": _("税务机关"),
    "药监": _("药品监管部门"),
    "银保监": _("银保监部门"),
    "银行": _("银行"),
    "企业": _("企业"),
    "全国银行间同业拆借中心": _("全国银行间同业拆借中心"),
    "出租单位": _("出租单位"),
    "我办": _("我办"),
    "担保机构": _("担保机构"),
    "收费单位": _("收费单位"),
}

ASSURANCES: dict[str, Text] = {
    "listed": _("依据认定机关的名单"),
    "confirmed": _("依据已核实的情况"),
    "claimed": _("依据企业自填的情况"),
}


def owner(code: str) -> str:
    """Who keeps a fact, in full words; an owner without words is shown in Chinese."""
    return str(OWNERS[code]) if code in OWNERS else chinese(code)


def policy_title(policy: Policy) -> str:
    """The policy's name: the English one, where there is one, for readers of English."""
    return policy.title if is_chinese() else policy.title_en or policy.title


def authority_kinds(authority: str) -> tuple[str, ...]:
    """The kinds (keys of AUTHORITY_KINDS) of deciding authority that a policy's `authority` text names."""
    found = tuple(kind for kind, words in _KIND_WORDS.items() if any(word in authority for word in words))
    return found or ("other",)


def run_on(*sentences: str) -> str:
    """Whole sentences one after another: with a space between them where the language has one."""
    return ("" if is_chinese() else " ").join(sentences)


def term(words: dict[str, Wording], code: str) -> str:
    """The short term for a code; a code without a term is shown as it is rather than hidden."""
    return str(words[code].term) if code in words else code


def sentence(words: dict[str, Wording], code: str) -> str:
    """The explaining sentence for a code, or nothing."""
    return str(words[code].sentence) if code in words else ""
