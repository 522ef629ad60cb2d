"""异议: what somebody holds against an entry, or against the whole notice, and what the office decided."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.ids import PublicIdField
from huiqi.core.personal import BlindIndexField, EncryptedTextField
from huiqi.lists.models.batches import ListBatch
from huiqi.lists.models.entries import Entry


class Objection(models.Model):
    """Raised by anyone during a notice; decided with a reason before the list may be published.

    One whose telephone nobody proved and no officer admitted is seen by the office and holds nothing.
    """

    class State(models.TextChoices):
        UNVERIFIED = "unverified", _("未核实电话")
        OPEN = "open", _("待处理")
        UPHELD = "upheld", _("异议成立")
        DISMISSED = "dismissed", _("异议不成立")

    public_id = PublicIdField()
    batch = models.ForeignKey(ListBatch, models.PROTECT, related_name="objections")
    # The firm objected to; none when somebody says that a firm is missing or the notice itself is wrong.
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="objections")
    name = EncryptedTextField(_("姓名"), max_length=40)
    phone = EncryptedTextField(_("电话"), max_length=20)
    phone_index = BlindIndexField("phone", purpose="phone")
    organisation = models.CharField(_("单位"), max_length=120, blank=True)
    grounds = models.TextField(_("异议理由"), max_length=2000)
    # Where it came from, as a keyed digest; emptied after the hour in which it is counted.
    address_digest = models.CharField(max_length=64, blank=True)
    # What lets it hold its firm: the code sent to the telephone, or an officer's reason for admitting it.
    verified_at = models.DateTimeField(null=True)
    admitted_because = models.TextField(_("受理理由"), max_length=1000, blank=True)
    # Only the digest of the receipt's private link is stored.
    token_digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.UNVERIFIED)
    decision = models.TextField(_("处理意见"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("公示异议")
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="list_objection_decided_with_reason",
                condition=Q(state__in=["unverified", "open"]) | Q(decided_at__isnull=False) & ~Q(decision=""),
            ),
            models.CheckConstraint(
                name="list_objection_open_has_proof",
                condition=~Q(state="open") | Q(verified_at__isnull=False) | ~Q(admitted_because=""),
            ),
        ]
        indexes = [models.Index(fields=["address_digest", "made_at"], name="objection_by_address")]

    def __str__(self) -> str:
        return str(self.public_id)
