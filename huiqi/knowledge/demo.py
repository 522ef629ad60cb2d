"""The demonstration's wordings: what the documents known on 1 March 2020 say, in words to read out. Pure.

Sources and their confidence are those of the policies in `rulebook/`, named in brackets behind each one here.
"""

from datetime import date
from typing import NamedTuple


class DemoWording(NamedTuple):
    """One approved answer."""

    question: str
    answer: str
    words: str
    topic: str
    document: str
    article: str
    begins: date
    ends: date


_JUNE, _MARCH = date(2020, 6, 30), date(2020, 3, 31)
_TERM = date(2020, 5, 31)
WORDINGS: tuple[DemoWording, ...] = (
    # si-exempt-msme
    DemoWording(
        "中小微企业的社保费可以免吗",
        "中小微企业2020年2月到6月免交养老、失业、工伤三项社保的单位部分，个人部分照交。不用申请，"
        "按划型名单由人社和税务部门办理；对划型有异议的，可以在网上提出。",
        "社保减免 养老保险 失业保险 工伤保险",
        "labour",
        "人社部发〔2020〕11号",
        "第一条",
        date(2020, 2, 20),
        _JUNE,
    ),
    # si-defer
    DemoWording(
        "社保费可以缓缴多久",
        "受疫情影响、生产经营严重困难的企业，可以申请缓缴社会保险费，原则上不超过6个月，缓缴期间免收滞纳金。"
        "向参保地社会保险经办机构申请。",
        "社会保险 缓交 晚交 滞纳金",
        "labour",
        "人社部发〔2020〕11号",
        "第三条",
        date(2020, 2, 20),
        _JUNE,
    ),
    # ui-job-retention-refund
    DemoWording(
        "不裁员的企业能不能拿回失业保险费",
        "不裁员或少裁员的参保企业，可以申请返还上年度实际缴纳的失业保险费。符不符合由参保地人力资源社会保障部门认定，"
        "可以先在网上做一次政策体检。",
        "稳岗返还 稳岗补贴 裁员",
        "labour",
        "人社部明电〔2020〕2号",
        "",
        date(2020, 2, 5),
        _TERM,
    ),
    # toll-free-all-vehicles: without a day of its end; ours is kept short on purpose, so that somebody looks
    DemoWording(
        "现在走高速公路还收费吗",
        "从2020年2月17日零时起，全国收费公路对所有车辆免收通行费，到疫情防控工作结束，具体截止时间另行通知。"
        "不用办手续。",
        "过路费 通行费 货车 物流",
        "logistics",
        "交公路明电〔2020〕62号",
        "",
        date(2020, 2, 17),
        date(2020, 3, 6),
    ),
    # housing-fund-defer
    DemoWording(
        "住房公积金可以缓缴吗",
        "受疫情影响的企业可以申请缓缴住房公积金，到2020年6月30日为止。缴存时间连续计算，不影响职工提取和贷款。"
        "向当地住房公积金管理中心申请。",
        "公积金 缓交",
        "labour",
        "建金〔2020〕23号",
        "",
        date(2020, 2, 21),
        _JUNE,
    ),
    # electricity-95pct
    DemoWording(
        "企业的电费有没有优惠",
        "2020年2月1日到6月30日，除高耗能行业以外的工商业用户，电费按原到户电价的95%结算。电网企业直接扣减，不用申请。",
        "电价 用电成本",
        "policy-payment",
        "发改价格〔2020〕258号",
        "",
        date(2020, 2, 22),
        _JUNE,
    ),
    # loan-deferral-wave1
    DemoWording(
        "贷款到期还不上可以延期吗",
        "2020年1月25日到6月30日到期、有困难的中小微企业贷款，本金和应付利息可以向贷款银行申请临时性延期，"
        "不收罚息。要提前向贷款银行申请，由银行决定；银行没有答复的，可以提诉求由我们商请。",
        "延期还本付息 逾期 罚息 续贷",
        "finance",
        "银保监发〔2020〕6号",
        "",
        date(2020, 3, 1),
        _JUNE,
    ),
    # no-principal-renewal
    DemoWording(
        "不想先还本金能不能续贷",
        "流动资金周转贷款到期后仍有资金需要的小微企业，可以提前向贷款银行申请无还本续贷，由银行按规定审核。",
        "无还本续贷 倒贷 过桥",
        "finance",
        "银监发〔2014〕36号",
        "",
        date(2020, 2, 10),
        _TERM,
    ),
    # tax-payment-deferral-3m
    DemoWording(
        "税款一时交不上怎么办",
        "有特殊困难不能按期缴纳税款的，经省级税务局批准可以延期缴纳，最长不超过三个月，批准期限内不加收滞纳金。"
        "在缴纳期限届满前向主管税务机关申请。",
        "延期缴税 缓税 滞纳金",
        "policy-payment",
        "税收征收管理法",
        "第三十一条",
        date(2020, 2, 10),
        _TERM,
    ),
    # vat-small-scale-1pct
    DemoWording(
        "小规模纳税人的增值税降到多少",
        "2020年3月1日到5月31日，湖北省以外的小规模纳税人，适用3%征收率的应税销售收入减按1%征收。"
        "具体申报以主管税务机关答复为准。",
        "增值税 征收率 个体工商户",
        "policy-payment",
        "财政部 税务总局公告2020年第13号",
        "",
        date(2020, 3, 1),
        _TERM,
    ),
    # force-majeure-certificate
    DemoWording(
        "订单不能按时交货能开不可抗力证明吗",
        "因疫情不能按时履行国际合同的，可以向贸促会免费申请不可抗力事实性证明，供双方协商。"
        "证明只说明事实，能否免责看合同约定和法律规定。",
        "违约 外贸 出口 合同 交不了货",
        "market",
        "商务部办公厅关于帮助外贸企业应对疫情克服困难减少损失的通知",
        "",
        date(2020, 2, 10),
        _MARCH,
    ),
    # donation-full-deduction
    DemoWording(
        "捐给抗疫的钱和口罩能不能税前扣除",
        "自2020年1月1日起，企业通过公益性社会组织或县级以上人民政府等捐赠用于应对疫情的现金和物品，"
        "可以在计算应纳税所得额时全额扣除。",
        "捐赠 捐款 捐物 所得税",
        "policy-payment",
        "财政部 税务总局公告2020年第9号",
        "",
        date(2020, 2, 6),
        _TERM,
    ),
)
DRAFT = DemoWording(
    "招不到工人可以申请包车接送吗",
    "有集中返岗需要的企业，可以向当地人力资源社会保障部门申请点对点接送和线上招聘服务。",
    "返岗 包车 用工 招工",
    "labour",
    "湘人社规〔2020〕2号",
    "",
    date(2020, 3, 1),
    _JUNE,
)
