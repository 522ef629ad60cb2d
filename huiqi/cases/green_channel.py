"""The green channel in words: how far a permit is, what the issuer said of a pass, by what way. Pure."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PermitState(models.TextChoices):
    TO_APPLY = "to_apply", _("待申请")
    APPLIED = "applied", _("已受理")
    ON_PROMISE = "on_promise", _("容缺受理")
    GRANTED = "granted", _("已批准")
    GRANTED_ON_PROMISE = "promised", _("告知承诺先批")
    REFUSED = "refused", _("未批准")


ON_PROMISE = (PermitState.ON_PROMISE, PermitState.GRANTED_ON_PROMISE)


class PassResult(models.TextChoices):
    GENUINE = "genuine", _("属实，在有效期内")
    EXPIRED = "expired", _("属实，已过有效期")
    DIFFERS = "differs", _("与登记的不一致")
    UNKNOWN = "unknown", _("发证的一方查无此证")
    NO_ANSWER = "no_answer", _("联系不上，没有核对成")


class PassWay(models.TextChoices):
    PHONE = "phone", _("电话")
    LETTER = "letter", _("函件")
    ONLINE = "online", _("网上查询")
    ON_SITE = "on_site", _("现场查看原件")
