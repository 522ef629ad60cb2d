"""Claims of late payment: one debt of one contract, what was paid of it, how it ended."""

from datetime import date
from fractions import Fraction
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import units_with
from huiqi.arrears.interest import NO, UNKNOWN, YES, Paid, Terms
from huiqi.arrears.regimes import Party, book
from huiqi.cases.models import Case
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned
from huiqi.core.personal import EncryptedTextField
from huiqi.enterprises.models import Enterprise

NAME, NUMBER, WORDS = 120, 60, 500

PARTIES = [
    (Party.GOVERNMENT.value, _("机关")),
    (Party.INSTITUTION.value, _("事业单位")),
    (Party.LARGE.value, _("大型企业")),
    (Party.UNSURE.value, _("国有企业，是否大型待核")),
    (Party.OTHER.value, _("其他")),
]


class Known(models.TextChoices):
    """Whether the creditor was an SME when the contract was signed."""

    YES = YES, _("是")
    NO = NO, _("不是")
    UNKNOWN = UNKNOWN, _("没有核实")


class RatePer(models.TextChoices):
    NONE = "", _("没有约定")
    DAY = "day", _("每日")
    YEAR = "year", _("每年")


class DebtorAnswer(models.TextChoices):
    """What the debtor says to it."""

    NONE = "", _("还没有答复")
    ACKNOWLEDGED = "acknowledged", _("全部认账")
    PARTLY = "partly", _("部分认账")
    DISPUTED = "disputed", _("有争议")


class ClaimState(models.TextChoices):
    OPEN = "open", _("未了结")
    CLOSED = "closed", _("已了结")


class ClosedAs(models.TextChoices):
    """By what a claim ended; paid and settled need their paper."""

    PAID = "paid", _("款项付清")
    SETTLED = "settled", _("签了和解或还款协议")
    DROPPED = "dropped", _("诉求已以其他方式办结")


class ClaimQuerySet(models.QuerySet["Claim"]):
    def open(self) -> Self:
        """Not ended."""
        return self.filter(state=ClaimState.OPEN)

    def visible_to(self, user: Any, today: date) -> Self:
        """Claims of the cases staff may open. Whom the case keeps the creditor from sees it masked."""
        return self.filter(case__in=Case.objects.visible_to(user, today).order_by().values("pk"))

    def asked_by(self, user: Any) -> Self:
        """The creditor's own."""
        return self.filter(case__in=Case.objects.asked_by(user).order_by().values("pk"))

    def against(self, user: Any, today: date) -> Self:
        """Claims against a unit the person handles matters for; always without the creditor's name."""
        return self.filter(debtor_unit__in=units_with(user, Power.HANDLE_CASES, today))

    def kept_by(self, user: Any, today: date) -> Self:
        """Claims the person may write to: at the desk of the case or with its lead; never the debtor."""
        cases = Case.objects.desk_of(user, Power.DISPATCH_CASES, today)
        cases |= Case.objects.handled_by(user, today)
        own = units_with(user, Power.HANDLE_CASES, today)
        kept = self.filter(case__in=cases.order_by().values("pk"))
        return kept.exclude(debtor_unit__isnull=False, debtor_unit__in=own)


class Claim(Versioned):
    """What a firm is owed under one contract. Amounts are integer fen; `claimed` is what was due and unpaid
    on the day of the request, so payments of earlier days are not in it."""

    public_id = PublicIdField()
    case = models.OneToOneField(Case, models.PROTECT, related_name="claim", verbose_name=_("诉求"))
    creditor = models.ForeignKey(Enterprise, models.PROTECT, null=True, blank=True, related_name="+")
    creditor_name = models.CharField(_("债权人"), max_length=NAME, blank=True)
    creditor_code = models.CharField(_("债权人信用代码"), max_length=18, blank=True)
    was_sme = models.CharField(_("签合同时是中小企业"), max_length=7, choices=Known, default=Known.UNKNOWN)

    debtor_name = models.CharField(_("欠款单位"), max_length=NAME)
    debtor_code = models.CharField(_("欠款单位信用代码"), max_length=18, blank=True)
    debtor_firm = models.ForeignKey(Enterprise, models.PROTECT, null=True, blank=True, related_name="+")
    # A unit with accounts here, which answers for itself.
    debtor_unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("欠款单位在本系统的账号"),
    )
    party = models.CharField(_("欠款单位类型"), max_length=11, choices=PARTIES, default=Party.UNSURE.value)
    debtor_region = models.CharField(_("欠款单位所在地"), max_length=60, blank=True)

    contract_title = models.CharField(_("合同或项目"), max_length=NAME, blank=True)
    contract_number = models.CharField(_("合同编号"), max_length=NUMBER, blank=True)
    signed_on = models.DateField(_("签订日期"), null=True, blank=True)
    delivered_on = models.DateField(_("交付日期"), null=True, blank=True)
    agreed_on = models.DateField(_("约定的付款日期"), null=True, blank=True)
    # A ratio as text ("0.06"), so that no binary fraction enters; and per what.
    agreed_rate = models.CharField(_("约定利率"), max_length=20, blank=True)
    agreed_per = models.CharField(_("约定利率按"), max_length=4, choices=RatePer, blank=True)
    rate_words = models.CharField(_("利率的原话"), max_length=200, blank=True)

    contract_amount = models.BigIntegerField(_("合同金额"), null=True, blank=True)
    invoiced = models.BigIntegerField(_("发票金额合计"), null=True, blank=True)
    claimed = models.BigIntegerField(_("未付金额"))
    undisputed = models.BigIntegerField(_("无争议金额"), null=True, blank=True)
    disputed = models.BigIntegerField(_("有争议金额"), null=True, blank=True)
    claimed_on = models.DateField(_("投诉日期"))

    answer = models.CharField(_("欠款单位答复"), max_length=12, choices=DebtorAnswer, blank=True)
    answer_text = EncryptedTextField(_("答复内容"), max_length=2000, blank=True)
    acknowledged = models.BigIntegerField(_("认账金额"), null=True, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    state = models.CharField(_("状态"), max_length=6, choices=ClaimState, default=ClaimState.OPEN)
    closed_as = models.CharField(_("了结方式"), max_length=7, choices=ClosedAs, blank=True)
    closed_at = models.DateTimeField(_("了结时间"), null=True)
    made_at = models.DateTimeField(_("建立时间"))
    # Tidied by `debts.key_of`: the same debtor, creditor or contract written differently is the same.
    debtor_key = models.CharField(max_length=NAME, editable=False)
    creditor_key = models.CharField(max_length=NAME, blank=True, editable=False)
    contract_key = models.CharField(max_length=NUMBER, blank=True, editable=False)
    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("欠款投诉")
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["debtor_key", "state"], name="claim_by_debtor"),
            models.Index(fields=["creditor_key"], name="claim_by_creditor"),
            models.Index(fields=["debtor_unit", "state"], name="claim_by_unit"),
        ]
        constraints = [
            models.CheckConstraint(name="claim_not_negative", condition=Q(claimed__gte=0)),
            models.CheckConstraint(
                name="claim_closed_whole",
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(closed_as="")
                | Q(state="open", closed_at=None, closed_as=""),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def terms(self) -> Terms:
        """What the reckoning needs to know."""
        return Terms(
            self.signed_on, self.delivered_on, self.party, self.agreed_on, self.agreed_daily, self.was_sme
        )

    @property
    def agreed_daily(self) -> Fraction | None:
        """The agreed rate of a day; None: none agreed."""
        if not self.agreed_rate or not self.agreed_per:
            return None
        rate = Fraction(self.agreed_rate)
        return rate if self.agreed_per == RatePer.DAY else rate / book().year_days


class Invoice(models.Model):
    """An invoice of the claim, by its number."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="invoices")
    number = models.CharField(_("发票号码"), max_length=30)

    class Meta:
        verbose_name = _("发票")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["claim", "number"], name="claim_invoice_once")]
        indexes = [models.Index(fields=["number"], name="invoice_by_number")]

    def __str__(self) -> str:
        return self.number


class PaymentPart(models.TextChoices):
    PRINCIPAL = "principal", _("本金")
    INTEREST = "interest", _("利息")


class PaymentQuerySet(models.QuerySet["Payment"]):
    def standing(self) -> Self:
        """Not taken back."""
        return self.filter(taken_back_at=None)


class Payment(models.Model):
    """Money that came in. Its bank slip is attached to it; a mistake is taken back, never changed."""

    public_id = PublicIdField()
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="payments")
    on = models.DateField(_("到账日期"))
    fen = models.BigIntegerField(_("金额"))
    part = models.CharField(_("付的是"), max_length=9, choices=PaymentPart, default=PaymentPart.PRINCIPAL)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    taken_back_because = models.CharField(max_length=200, blank=True)
    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("收款")
        ordering = ["on", "pk"]
        constraints = [models.CheckConstraint(name="payment_is_something", condition=Q(fen__gt=0))]

    def __str__(self) -> str:
        return self.public_id

    @property
    def paid(self) -> Paid:
        return Paid(self.on, self.fen)


class Settlement(models.Model):
    """A signed settlement or plan of payment; the paper is attached to it."""

    public_id = PublicIdField()
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="settlements")
    signed_on = models.DateField(_("签订日期"))
    fen = models.BigIntegerField(_("约定支付金额"))
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("和解或还款协议")
        ordering = ["signed_on", "pk"]
        constraints = [models.CheckConstraint(name="settlement_not_negative", condition=Q(fen__gte=0))]

    def __str__(self) -> str:
        return self.public_id
