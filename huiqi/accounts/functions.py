"""What other authorities are in charge of: the functions by which a matter finds its unit. Pure."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Function(TextChoices):
    """Functions of government departments and of bodies that act beside them."""

    SME = "sme", _("中小企业主管")
    TAX = "tax", _("税务")
    LABOUR = "labour", _("人力资源和社会保障")
    MEDICAL = "medical", _("医疗保障")
    FINANCE = "finance", _("财政")
    MARKET = "market", _("市场监管")
    CENTRAL_BANK = "central_bank", _("人民银行")
    BANKING = "banking", _("银行保险监管")
    TRANSPORT = "transport", _("交通运输")
    ENERGY = "energy", _("发展改革与能源")
    COMMERCE = "commerce", _("商务")
    HOUSING = "housing", _("住房和城乡建设")
    JUSTICE = "justice", _("司法行政")
    ECOLOGY = "ecology", _("生态环境")
    HEALTH = "health", _("卫生健康")
    BANK = "bank", _("银行机构")
