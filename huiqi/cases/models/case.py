"""The case: one matter of one requester, from the first word to the last."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with, units_with
from huiqi.cases.models.items import ITEM_LENGTH, TOPIC_LENGTH, ItemEdition
from huiqi.cases.models.search_field import CaseWordsField
from huiqi.cases.workflow import OPEN, Channel, Ending, Stage, State, Urgency, Word
from huiqi.core.crypto import INDEX_LENGTH
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned
from huiqi.core.personal import BlindIndexField, EncryptedTextField
from huiqi.enterprises.models import Enterprise

TEXT_LENGTH = 4000


class Consent(models.TextChoices):
    """How a requester for whom somebody else fills in the form agreed to it."""

    OWN = "", _("本人提交")
    SPOKEN = "spoken", _("口头同意")
    WRITTEN = "written", _("书面委托")
    SURVEY = "survey", _("答卷时同意")


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> Self:
        """Not ended: by the states it may be in, which an index seeks instead of reading past the ended."""
        return self.filter(state__in=sorted(OPEN))

    def visible_to(self, user: Any, today: date) -> Self:
        """Cases staff may open: of their region by their posts, and those with an order at their unit.

        Seeing is not acting. Requesters have pages of their own (`asked_by`); window clerks, agents and
        stationed officers find what they took (`taken_by`).
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        region = scope_with(user, Power.VIEW_CASES, today).rows()
        units = units_with(user, Power.HANDLE_CASES, today)
        # Asked of the orders alone: a join to the cases would read each of them.
        orders: Any = Case._meta.get_field("orders").related_model
        return self.filter(region | Q(pk__in=orders.objects.order_by().filter(unit__in=units).values("case")))

    def desk_of(self, user: Any, power: Power, today: date) -> Self:
        """Cases on whose desk the person may do what `power` says."""
        return self.filter(desk__in=units_with(user, power, today))

    def handled_by(self, user: Any, today: date) -> Self:
        """Cases whose open lead order lies with a unit the person handles cases for."""
        return self.filter(lead__in=units_with(user, Power.HANDLE_CASES, today))

    def asked_by(self, user: Any) -> Self:
        """The requester's own: what the person asked, and what was asked for the person's firms."""
        if not user.is_authenticated:
            return self.none()
        firms = user.memberships.filter(ended_at=None).values("enterprise")
        # What a stationed officer reports upwards about a firm (source_ref names the escalation) is the
        # officer's word, not the firm's request.
        escalated = Q(channel=Channel.STATIONED) & ~Q(source_ref="")
        return self.filter(Q(requester=user) | Q(enterprise__in=firms) & ~escalated)

    def taken_by_person(self, user: Any) -> Self:
        """What the person filled in on somebody's behalf."""
        return self.filter(taken_by=user) if user.is_authenticated else self.none()


class Case(Versioned):
    """One request for help, with an owner (desk, then lead), clocks and an end.

    `prefecture` (the county's code) and `park_id` are named as in the register, so that a Scope filters both.
    """

    public_id = PublicIdField()
    # Ten digits to read out on the telephone, the last a check digit; says nothing about order or count.
    number = models.CharField(_("编号"), max_length=10, unique=True)
    edition = models.ForeignKey(ItemEdition, models.PROTECT, related_name="cases")
    item = models.CharField(_("事项"), max_length=ITEM_LENGTH)
    topic = models.CharField(_("主题"), max_length=TOPIC_LENGTH)
    urgency = models.CharField(_("紧急程度"), max_length=8, choices=Urgency, default=Urgency.ORDINARY)

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("企业")
    )
    # The firm in the requester's words; stays when the register does not know it.
    firm_name = models.CharField(_("单位名称"), max_length=120, blank=True)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    # Said so, as of a person or a firm being founded; without it an empty code was merely not given.
    has_no_code = models.BooleanField(_("没有统一社会信用代码"), default=False, db_default=False)
    requester = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="requests")
    requester_name = EncryptedTextField(_("联系人"), max_length=60, blank=True)
    requester_phone = EncryptedTextField(_("联系电话"), max_length=20, blank=True)
    phone_index = BlindIndexField("requester_phone", purpose="phone")
    prefecture = models.CharField(_("县市区"), max_length=6, blank=True)
    park = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("园区")
    )

    title = models.CharField(_("标题"), max_length=80)
    # Grams of title and firm, behind an inverted index.
    search_text = CaseWordsField(default="", db_default="", editable=False)
    # What the requester wrote. May name people, so it is encrypted; search goes by title, number and firm.
    text = EncryptedTextField(_("内容"), max_length=TEXT_LENGTH)
    # Answers to the item's form by field id; what is personal lies in `private_answers`.
    answers = models.JSONField(default=dict, blank=True)
    private_answers = EncryptedTextField(max_length=TEXT_LENGTH, blank=True)

    channel = models.CharField(_("渠道"), max_length=10, choices=Channel)
    # The number the matter has elsewhere (12345, an offline pack's row): the same is not taken twice.
    source_ref = models.CharField(_("来源编号"), max_length=60, blank=True)
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="cases_taken")
    consent = models.CharField(_("代办同意"), max_length=7, choices=Consent, blank=True)
    # Keyed digest of the code with which whoever holds number and code sees the public progress.
    code_digest = models.CharField(max_length=INDEX_LENGTH, blank=True)

    state = models.CharField(_("状态"), max_length=13, choices=State, default=State.REGISTERED)
    # Where `supplement` leads back to.
    asked_from = models.CharField(max_length=13, choices=State, blank=True)
    # The unit that accepts, dispatches, reviews and calls back; goes up when the case is escalated.
    desk = models.ForeignKey(Unit, models.PROTECT, related_name="cases_on_desk", verbose_name=_("受理单位"))
    # Mirrors of the open lead order, for lists.
    lead = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="cases_led", verbose_name=_("主办单位")
    )
    handler = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="cases_handled", verbose_name=_("经办人")
    )
    round = models.PositiveSmallIntegerField(_("办理轮次"), default=1)
    bounces = models.PositiveSmallIntegerField(_("退回次数"), default=0)

    proposed_ending = models.CharField(_("拟办结方式"), max_length=14, choices=Ending, blank=True)
    ending = models.CharField(_("办结方式"), max_length=14, choices=Ending, blank=True)
    refusal_reason = models.CharField(_("不予受理理由"), max_length=40, blank=True)
    answer = models.TextField(_("答复"), max_length=TEXT_LENGTH, blank=True)
    word = models.CharField(_("诉求人评价"), max_length=11, choices=Word, blank=True, default="")
    # 1 to 5 as in 好差评 (非常不满意 … 非常满意); None: not rated, which counts as nothing.
    rating = models.PositiveSmallIntegerField(_("满意度"), null=True, blank=True)
    rating_text = models.CharField(_("评价内容"), max_length=500, blank=True)

    master = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    knot = models.ForeignKey("cases.Knot", models.PROTECT, null=True, blank=True, related_name="cases")

    opened_at = models.DateTimeField(_("登记时间"))
    accepted_at = models.DateTimeField(_("受理时间"), null=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    ended_at = models.DateTimeField(_("办结时间"), null=True)
    # Of the running clock that ends first, for lists; None when none runs.
    due_at = models.DateTimeField(_("期限"), null=True)
    due_stage = models.CharField(_("当前环节"), max_length=10, choices=Stage, blank=True)
    is_paused = models.BooleanField(_("暂停计时"), default=False)
    supervised_at = models.DateTimeField(_("督办时间"), null=True)
    # Left out of the rates after a reviewed request 申诉剔除; the lists say so.
    excluded_at = models.DateTimeField(_("剔除时间"), null=True)
    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("诉求")
        verbose_name_plural = _("诉求")
        ordering = ["-opened_at", "-pk"]
        indexes = [
            # Counts and orders of the lists are read from these alone, the key included: a case's own row is
            # wide, and a desk has thousands.
            models.Index(
                fields=["desk", "state", "due_at", "id", "is_paused", "handler", "urgency"],
                name="case_desk_queue",
            ),
            models.Index(fields=["lead", "state", "due_at", "id", "is_paused"], name="case_lead_queue"),
            models.Index(fields=["handler", "state", "due_at"], name="case_handler_queue"),
            models.Index(
                fields=["prefecture", "state", "due_at", "id", "is_paused", "opened_at"],
                name="case_region_queue",
            ),
            models.Index(
                fields=["state", "due_at", "id", "is_paused", "desk", "handler"], name="case_red_list"
            ),
            # Of all offices together, in the order of their ends: one walk, however many are late.
            models.Index(
                fields=["due_at", "id", "is_paused", "desk", "lead", "state", "round", "bounces"],
                condition=~Q(state=State.ENDED),
                name="case_open_due",
            ),
            models.Index(fields=["-opened_at", "-id", "prefecture", "park"], name="case_newest"),
            # The red list: the few that were sent back twice, and those handled anew.
            models.Index(
                fields=["state", "-bounces", "opened_at", "desk"],
                condition=Q(bounces__gte=2),
                name="case_bounced",
            ),
            models.Index(
                fields=["state", "round", "opened_at", "desk"], condition=Q(round__gt=1), name="case_redone"
            ),
            # What looks alike among the open ones of a desk.
            models.Index(
                fields=["desk", "item", "topic", "enterprise", "credit_code", "opened_at", "state"],
                condition=~Q(state=State.ENDED),
                name="case_pairs",
            ),
            # Where the same matters of a county went, for suggestions; what is like a case near by.
            models.Index(fields=["prefecture", "item", "-opened_at", "topic"], name="case_near_by"),
            models.Index(fields=["phone_index", "-opened_at"], name="case_by_phone"),
            models.Index(fields=["enterprise", "-opened_at"], name="case_by_firm"),
            models.Index(fields=["credit_code", "item"], name="case_alike"),
            models.Index(fields=["item", "topic", "-opened_at"], name="case_by_topic"),
            # A list narrowed to an item and a state, the commonest filter, comes out in its order.
            models.Index(fields=["item", "state", "-opened_at", "-id"], name="case_by_state"),
            models.Index(fields=["taken_by", "-opened_at"], name="case_by_taker"),
            models.Index(fields=["ended_at"], name="case_ended"),
            # The account reads these alone, never the wide rows: what a month's or a year's rates rest on.
            models.Index(
                fields=["ended_at", "excluded_at", "ending", "word", "rating", "round", "prefecture"],
                name="case_account",
            ),
            models.Index(fields=["opened_at", "prefecture"], name="case_opened_account"),
            # The newest of an item, among whose titles the same words are looked for.
            models.Index(fields=["item", "-opened_at", "-id"], name="case_by_item"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "source_ref"], condition=~Q(source_ref=""), name="case_source_once"
            ),
            models.CheckConstraint(
                name="case_ended_whole",
                condition=Q(state="ended", ended_at__isnull=False) & ~Q(ending="")
                | ~Q(state="ended") & Q(ended_at=None, ending=""),
            ),
            # Only the requester's word makes a case solved.
            models.CheckConstraint(
                name="case_solved_by_word",
                condition=~Q(ending__in=["solved", "partly_solved"]) | Q(word__in=["solved", "partly"]),
            ),
            models.CheckConstraint(
                name="case_merged_has_master", condition=~Q(ending="merged") | Q(master__isnull=False)
            ),
            models.CheckConstraint(
                name="case_rating_in_range", condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5)
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_forgotten(self) -> bool:
        """Past its retention: who asked and what was said is gone (commands.retention)."""
        return self.ended_at is not None and not self.text

    @property
    def spoken_number(self) -> str:
        """The number in groups as it is read out: 468 213 9057."""
        return f"{self.number[:3]} {self.number[3:6]} {self.number[6:]}"
