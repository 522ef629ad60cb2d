"""Units and the people who sign in for them."""

from datetime import date
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.functions import Function
from huiqi.accounts.powers import POWERS, Power
from huiqi.accounts.roles import Role
from huiqi.core.ids import PublicIdField
from huiqi.core.personal import BlindIndexField, EncryptedTextField


class UnitKind(models.TextChoices):
    PROVINCE_OFFICE = "province_office", _("省中小企业主管部门")
    CITY_OFFICE = "city_office", _("市州中小企业主管部门")
    COUNTY_OFFICE = "county_office", _("县市区中小企业主管部门")
    PARK = "park", _("园区管委会")
    AUTHORITY = "authority", _("其他部门")
    BANK = "bank", _("银行")
    GUARANTEE = "guarantee", _("担保机构")
    SERVICE = "service", _("服务机构")


class Unit(models.Model):
    """An office, park, authority, bank or service body. The tree says who may assign work to whom.

    A county directly under the province (省直管县) hangs on the province's office; its city's office then
    neither sees nor directs it. Parks and units are not divisions: they have a region, they are none.
    """

    public_id = PublicIdField()
    name = models.CharField(_("名称"), max_length=80, unique=True)
    kind = models.CharField(_("类别"), max_length=20, choices=UnitKind)
    # GB/T 2260 code of the region it serves: 430000, 430100 or 430181.
    region = models.CharField(_("区划代码"), max_length=6)
    # What another authority is in charge of (a code of huiqi.accounts.functions); "" for our own offices.
    function = models.CharField(_("职能"), max_length=20, choices=Function, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级单位")
    )
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("单位")
        ordering = ["region", "kind", "name"]
        constraints = [
            models.CheckConstraint(
                name="unit_region_is_six_digits", condition=Q(region__regex=r"^[0-9]{6}$")
            ),
            models.CheckConstraint(
                name="unit_not_its_own_parent", condition=Q(parent=None) | ~Q(parent=F("id"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person; the password is hashed with Argon2, None makes it unusable."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.full_clean()
        user.save()
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Create the first system administrator."""
        return self.create_user(username, password, role=Role.SYSTEM_ADMIN, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account: one role in one unit, or somebody of a firm."""

    public_id = PublicIdField()
    username = models.CharField(_("账号"), max_length=60, unique=True)
    name = models.CharField(_("姓名"), max_length=60)
    role = models.CharField(_("角色"), max_length=20, choices=Role)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("单位")
    )
    phone = EncryptedTextField(_("手机号"), max_length=20, blank=True)
    phone_index = BlindIndexField("phone", purpose="phone")
    is_active = models.BooleanField(_("启用"), default=True)
    # A person who came by invitation has no power until the security administrator confirms the role:
    # the one who makes accounts does not also hand out rights (三员分立).
    is_role_confirmed = models.BooleanField(_("角色已确认"), default=True)
    must_change_password = models.BooleanField(_("须改密码"), default=False)
    password_changed_at = models.DateTimeField(_("密码修改时间"), null=True, blank=True)
    # Part of what every session is checked against: raising it ends all sessions at once.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """May open the read-only administration pages."""
        return self.is_active and self.role == Role.SYSTEM_ADMIN

    def can(self, power: Power) -> bool:
        """Whether the person's own role has a power (deputised powers: queries.people.may)."""
        return self.is_active and self.is_role_confirmed and power in POWERS[Role(self.role)]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django ends a session whose hash differs: on a new password, and when the epoch was raised."""
        salt = "huiqi.accounts.models.User.session"
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()


class DeputyshipQuerySet(models.QuerySet["Deputyship"]):
    def valid_on(self, day: date) -> Self:
        """Deputyships that hold on `day`, both ends included."""
        return self.filter(from_on__lte=day, to_on__gte=day, ended_at=None)


class Deputyship(models.Model):
    """While one person is away another fills the post: the deputy's scope and powers are widened by it."""

    public_id = PublicIdField()
    absent = models.ForeignKey(User, models.PROTECT, related_name="absences", verbose_name=_("请假人"))
    deputy = models.ForeignKey(User, models.PROTECT, related_name="deputyships", verbose_name=_("代理人"))
    from_on = models.DateField(_("起"))
    to_on = models.DateField(_("止"))
    reason = models.CharField(_("事由"), max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    objects = DeputyshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("代理")
        ordering = ["-from_on", "pk"]
        constraints = [
            models.CheckConstraint(name="deputyship_in_order", condition=Q(from_on__lte=F("to_on"))),
            models.CheckConstraint(name="deputy_is_another", condition=~Q(absent=F("deputy"))),
        ]

    def __str__(self) -> str:
        return f"{self.absent_id} → {self.deputy_id}"
