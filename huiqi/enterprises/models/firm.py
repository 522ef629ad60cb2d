"""The firm itself: one row a firm, with what is known of it today."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_of, scope_with
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned
from huiqi.core.personal import BlindIndexField, EncryptedTextField
from huiqi.enterprises.models.current_facts import CurrentFacts
from huiqi.enterprises.models.search_field import SearchTextField


class Registration(models.TextChoices):
    """The state of the registration with the market regulator (登记状态)."""

    ACTIVE = "active", _("存续")
    SUSPENDED = "suspended", _("歇业")
    REVOKED = "revoked", _("吊销")
    CANCELLED = "cancelled", _("注销")


# Yes-or-no facts that say a firm is on a list: the filters of the list of firms.
LIST_FACTS = (
    "key_supplier_national",
    "key_supplier_local",
    "tax_key_supplier_list",
    "provincial_key_contact",
    "provincial_sme_title",
    "provincial_title_valid",
    "chain_backbone",
    "five_hundred_project",
    "severe_dishonesty",
)


class EnterpriseQuerySet(models.QuerySet["Enterprise"]):
    def present(self) -> Self:
        """Without the rows that turned out to be another firm's (merged duplicates)."""
        return self.filter(merged_into=None)

    def visible_to(self, user: Any, today: date) -> Self:
        """Firms the person may see: by region and park, as the firm's own people, by explicit access."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.present().filter(scope_of(user, today).rows() | _tied_to(user, today))

    def changeable_by(self, user: Any, power: Power, today: date) -> Self:
        """Firms to which the person may do what `power` says; seeing is not acting."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.present().filter(scope_with(user, power, today).rows())


def _tied_to(user: Any, today: date) -> Q:
    """Firms tied to one person whatever the region. Subqueries, so that no firm comes twice.

    Whoever was tied to a row that was merged into another sees the other: ties are not moved.
    """
    firms = Enterprise.objects.order_by()
    own = firms.filter(memberships__user=user, memberships__ended_at=None)
    given = firms.filter(
        Q(accesses__to_on=None) | Q(accesses__to_on__gte=today),
        accesses__user=user,
        accesses__from_on__lte=today,
    )
    tied = Q()
    for rows in (own, given):
        tied |= Q(pk__in=rows.values("pk"))
        tied |= Q(pk__in=rows.filter(merged_into__isnull=False).values("merged_into"))
    return tied


class Enterprise(CurrentFacts, Versioned):
    """One firm, known by an opaque id. Its credit code may be missing and may change; its history stays."""

    public_id = PublicIdField()
    name = models.CharField(_("企业名称"), max_length=120)
    # Lower-case first letters of the name's pinyin, by which people type.
    initials = models.CharField(_("拼音首字母"), max_length=120, editable=False)
    # Grams of names, initials and code, former ones included, behind an inverted index (core/gram_index.py).
    search_text = SearchTextField(default="", db_default="", editable=False)
    # GB 32100: unique when present; firms without one are kept too.
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, null=True, blank=True, unique=True)
    registration = models.CharField(
        _("登记状态"), max_length=10, choices=Registration, default=Registration.ACTIVE
    )
    park = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="firms", verbose_name=_("所在园区")
    )
    # The row that stands for the same firm, when two turned out to be one; undone by clearing it. It always
    # points at a row that is not merged itself (Merging keeps who was merged into whom, and when).
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", db_index=False
    )
    # The projection above was made for `current_on` and holds, without another write, until `current_until`.
    current_on = models.DateField(null=True, editable=False)
    current_until = models.DateField(null=True, editable=False)
    is_synthetic = models.BooleanField(_("演示数据"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("企业")
        constraints = [
            models.CheckConstraint(
                name="enterprise_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
            ),
            models.CheckConstraint(name="enterprise_code_not_empty", condition=~Q(credit_code="")),
        ]
        indexes = [
            # The order of the list of firms; what it is mostly filtered by is read from the index alone.
            models.Index(
                fields=["prefecture", "gb4754", "size_class", "id", "registration", "org_type"],
                name="enterprise_listed",
                condition=Q(merged_into=None),
            ),
            models.Index(fields=["gb4754", "size_class"], name="enterprise_industry_size"),
            models.Index(fields=["size_class", "prefecture"], name="enterprise_size_county"),
            models.Index(fields=["name"], name="enterprise_name"),
            models.Index(fields=["current_until"], name="enterprise_current_until"),
            # Only the merged rows: nearly all are null, and SQLite would take a whole index for "not merged".
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="enterprise_merged"
            ),
            models.Index(
                fields=["registration", "prefecture"],
                name="enterprise_not_active",
                condition=Q(registration__in=["suspended", "revoked", "cancelled"]),
            ),
            models.Index(
                fields=["prefecture"], name="enterprise_individual", condition=Q(org_type="individual")
            ),
            models.Index(
                fields=["prefecture"],
                name="enterprise_figures_missing",
                condition=Q(employees=None) | Q(revenue=None),
            ),
            # Lists are short and a firm is on few of them: small partial indexes instead of wide ones.
            *(
                models.Index(
                    fields=["prefecture"], name=f"enterprise_{fact}"[:30], condition=Q(**{fact: True})
                )
                for fact in LIST_FACTS
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person to reach at a firm. Personal data: encrypted, masked on screen, revealed with a reason."""

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="contacts")
    person = EncryptedTextField(_("联系人"), max_length=60, blank=True)
    position = models.CharField(_("职务"), max_length=40, blank=True)
    phone = EncryptedTextField(_("电话"), max_length=20)
    phone_index = BlindIndexField("phone", purpose="phone")
    is_main = models.BooleanField(_("主要联系人"), default=False)
    # Where the number comes from: register, firm, officer (an officer's number cannot prove a claim).
    source = models.CharField(_("来源"), max_length=12)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("联系人")
        ordering = ["-is_main", "pk"]

    def __str__(self) -> str:
        return f"{self.enterprise_id}"


class SavedView(models.Model):
    """A list's filters under a name of the person's own."""

    public_id = PublicIdField()
    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=40)
    name = models.CharField(_("视图名称"), max_length=30)
    # The query string of the list, validated again each time it is opened.
    query = models.CharField(max_length=800)

    class Meta:
        verbose_name = _("常用筛选")
        ordering = ["page", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "page", "name"], name="saved_view_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
