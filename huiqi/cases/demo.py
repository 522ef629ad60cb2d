"""What the demonstration's firms ask: titles and texts by item and topic. All invented. Pure."""

from typing import Any, NamedTuple


class Matter(NamedTuple):
    """One matter as a firm would write it."""

    item: str
    topic: str
    title: str
    text: str
    answers: dict[str, Any]


_WANTED = {"wanted": "请协调解决，并告诉我们多久有结果。", "asked_before": "no", "in_court": "no"}
MATTERS = (
    Matter(
        "request",
        "labour",
        "节后返岗工人不到四成",
        "生产线需要60人，外省工人因隔离回不来，请帮助包车返岗。",
        _WANTED,
    ),
    Matter(
        "request",
        "labour",
        "员工隔离期间工资怎么发",
        "有9名员工居家隔离14天，工资和社保怎么算，请明确。",
        _WANTED,
    ),
    Matter(
        "request", "finance", "流动资金只够支撑一个月", "订单推迟，房租工资照付，希望续贷或者展期。", _WANTED
    ),
    Matter(
        "request",
        "finance",
        "担保费能不能减半",
        "担保公司仍按原费率收取担保费，请协调按新政策执行。",
        _WANTED,
    ),
    Matter(
        "request",
        "logistics",
        "原料车在高速卡口被拦回",
        "从外省运来的原料车三天进不来，产线快停了。",
        _WANTED,
    ),
    Matter(
        "request",
        "logistics",
        "快递网点没有恢复，货发不出去",
        "库房积压两千单，客户要求赔付，请协调恢复收寄。",
        _WANTED,
    ),
    Matter(
        "request",
        "policy-payment",
        "稳岗返还申请后一个月没到账",
        "1月已提交稳岗返还，系统显示审核中，请问何时拨付。",
        _WANTED,
    ),
    Matter(
        "request",
        "policy-payment",
        "技改补助资金去年公示至今未拨付",
        "公示已过三个月，资金没有到账，影响复工采购。",
        _WANTED,
    ),
    Matter(
        "request",
        "premises",
        "国有厂房租金减免没有落实",
        "我们租用园区标准厂房，房东说没有接到减免通知。",
        _WANTED,
    ),
    Matter(
        "request",
        "approval",
        "转产口罩的生产许可怎么办",
        "想转产医用口罩，不清楚要办哪些手续、能不能先产后补。",
        _WANTED,
    ),
    Matter(
        "request", "market", "出口订单被取消，库存压了三百万", "希望帮助对接省内采购或者电商渠道。", _WANTED
    ),
    Matter("request", "other", "工业园区公交没有恢复", "员工上下班没有车，希望恢复两条线路。", _WANTED),
    Matter(
        "shortage",
        "protective",
        "复工缺职工口罩",
        "每天需要口罩120只，现有只够两天。",
        {
            "what": "一次性医用口罩",
            "how_many": 3000,
            "how_unit": "piece",
            "stock_days": 2,
            "place": "厂区",
            "is_epidemic_supply": "no",
        },
    ),
    Matter(
        "shortage",
        "materials",
        "熔喷布断供，口罩线只开一半",
        "原供货商停供，需要25克熔喷布每天200公斤。",
        {
            "what": "熔喷布25克",
            "how_many": 6,
            "how_unit": "tonne",
            "stock_days": 1,
            "place": "生产车间",
            "is_epidemic_supply": "yes",
        },
    ),
    Matter(
        "shortage",
        "vehicles",
        "防疫物资出省没有车",
        "两车消毒液要发往外省，找不到愿意跑的司机。",
        {
            "what": "9.6米厢式货车",
            "how_many": 2,
            "how_unit": "vehicle",
            "place": "物流园",
            "is_epidemic_supply": "yes",
        },
    ),
    Matter(
        "shortage",
        "energy",
        "天然气压力不足，锅炉点不着",
        "复工后用气高峰，气压不够，每天停两小时。",
        {"what": "天然气", "how_many": 5000, "how_unit": "m3", "place": "厂区", "is_epidemic_supply": "no"},
    ),
    Matter(
        "loan-pulled",
        "not-renewed",
        "贷款3月到期，银行说不续",
        "200万元流动资金贷款3月10日到期，支行答复行业不在名单内。",
        {
            "bank_name": "演示银行浏阳支行",
            "loan_kind": "working",
            "loan_amount": 200_000_000,
            "affected_amount": 200_000_000,
            "due_on": "2020-03-10",
            "security": ["mortgage"],
            "told_reason": "sector",
            "is_overdue": "no",
            "consents": "yes",
        },
    ),
    Matter(
        "loan-pulled",
        "reduced",
        "授信从500万元压到200万元",
        "没有逾期，抵押物也没有变化，突然压缩额度。",
        {
            "bank_name": "演示银行浏阳支行",
            "loan_kind": "working",
            "loan_amount": 500_000_000,
            "affected_amount": 300_000_000,
            "due_on": "2020-04-20",
            "security": ["guarantee"],
            "told_reason": "head_office",
            "is_overdue": "no",
            "consents": "yes",
        },
    ),
    Matter(
        "enquiry",
        "social-insurance",
        "养老保险费减免要不要申请",
        "我们是小型企业，看到减免政策，要不要另外申报。",
        {"answer_way": "phone"},
    ),
    Matter(
        "enquiry",
        "tax",
        "增值税申报期限延长到哪一天",
        "2月申报还没有做，逾期会不会罚款。",
        {"answer_way": "web"},
    ),
    Matter(
        "enquiry",
        "policy",
        "小微企业贷款贴息在哪里申报",
        "听说有贴息政策，不知道找哪个部门。",
        {"answer_way": "web"},
    ),
    Matter(
        "legal-service",
        "tenancy",
        "停业期间店铺租金能不能免",
        "商场要求照付2月租金，合同没有写疫情怎么办。",
        {"other_side": "演示商业管理有限公司", "help_kind": ["advice", "mediation"], "in_court": "no"},
    ),
    Matter(
        "legal-service",
        "force-majeure",
        "外贸合同延期交货要不可抗力证明",
        "德国客户要求出具证明，否则索赔。",
        {
            "other_side": "境外客户",
            "help_kind": ["certificate"],
            "certificate_country": "德国",
            "in_court": "no",
        },
    ),
    Matter(
        "late-payment",
        "large-firm",
        "整机厂拖欠配件货款86万元",
        "2019年6月交货，对账单已签，多次催要未付。",
        {
            "sme_at_signing": "yes",
            "debtor_name": "演示重工集团有限公司",
            "debtor_kind": "large",
            "debtor_region": "长沙市",
            "contract_title": "配件采购合同",
            "contract_on": "2019-03-12",
            "contract_amount": 120_000_000,
            "delivered_on": "2019-06-20",
            "owed": 86_000_000,
            "undisputed": 80_000_000,
            "disputed": 6_000_000,
            "invoiced": "yes",
            "interest_agreed": "no",
            "reminded": "yes",
            "in_court": "no",
        },
    ),
    Matter(
        "green-channel",
        "product-approval",
        "消毒液扩产要走绿色通道",
        "新增一条灌装线，请并联办理审批。",
        {"purpose": "epidemic_supply", "has_promise": "yes", "make_good_on": "2020-05-31", "has_pass": "no"},
    ),
)
# The maker of the story: what it answered in the survey became two cases.
STORY = (
    Matter(
        "request",
        "finance",
        "现金只够维持一个月",
        "问卷里填了现金流只够一个月：原料要现款，货款月结，想贷300万元周转。",
        {**_WANTED, "wanted": "希望介绍一笔300万元的周转贷款。", "amount": 300_000_000, "people": 86},
    ),
    Matter(
        "shortage",
        "protective",
        "自己产防护服，职工口罩却不够",
        "我们生产防护服，车间每天要用口罩260只，现有只够三天。",
        {
            "what": "医用外科口罩",
            "how_many": 6000,
            "how_unit": "piece",
            "stock_days": 3,
            "daily_use": 260,
            "place": "浏阳经开区厂区",
            "is_epidemic_supply": "yes",
        },
    ),
)
ANSWERS = (
    "已与有关部门核实，按现行政策可以办理；材料清单和窗口电话已发给您，三个工作日内办妥。",
    "已协调落实，相关单位今天与您联系对接；如还有困难请直接回复本件。",
    "经核实，您反映的情况属实，已列入本周调度，进展会继续告诉您。",
)
NOTES = ("电话联系负责人，情况属实，已约定材料。", "已联系，对方补充了数量和时间。", "上门看过，困难属实。")
