"""Member: a user in a unit with roles; acting persons; password history."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from agencies.models.units import Agency
from minewatch.lib.clock import now


class Role(models.TextChoices):
    """Roles a member may hold. 系统管理/审计/业务 exclude each other (三员分立)."""

    FILLER = "filler", "填表人"
    DEPUTY = "deputy", "分管领导"
    HEAD = "head", "主要负责人"
    OFFICER = "officer", "承办人"
    APPROVER = "approver", "审批"
    OFFICE = "office", "专班办公室工作人员"
    LEADER = "leader", "督办县领导"
    CUSTODIAN = "custodian", "举报信息保管人"
    AUDITOR = "auditor", "审计员"
    SYSTEM_ADMIN = "system_admin", "系统管理员"


#: Roles that may not be held together with any other.
EXCLUSIVE_ROLES = frozenset({Role.AUDITOR, Role.SYSTEM_ADMIN})


class MemberManager(BaseUserManager["Member"]):
    """Creates members; reading goes through `active` and `holding`."""

    def create_user(self, username: str, password: str | None = None, **fields) -> Member:
        """A new member with a hashed password (unusable when None)."""
        member = self.model(username=self.model.normalize_username(username), **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def create_superuser(self, username: str, password: str | None = None, **fields) -> Member:
        """A system administrator; has no business role and sees no business content."""
        member = self.create_user(username, password, name=fields.pop("name", username), **fields)
        RoleGrant.objects.create(member=member, role=Role.SYSTEM_ADMIN)
        return member

    def active(self) -> models.QuerySet[Member]:
        """Members whose account is in use."""
        return self.filter(is_active=True)

    def holding(self, agency: Agency, role: str, on: dt.date | None = None) -> models.QuerySet[Member]:
        """Active members who hold `role` in `agency`, acting persons included."""
        on = on or now().date()
        acting = Q(
            acting__agency=agency,
            acting__role=role,
            acting__valid_from__lte=on,
            acting__ended_at__isnull=True,
        ) & (Q(acting__valid_to__isnull=True) | Q(acting__valid_to__gte=on))
        return self.active().filter(Q(agency=agency, grants__role=role) | acting).distinct()


class Member(AbstractBaseUser):
    """A person's account in one unit. `agency` is empty for system roles only."""

    username = models.CharField("账号", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=40)
    phone = models.CharField("电话", max_length=20, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="members")
    is_active = models.BooleanField("在用", default=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField("停用时间", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = MemberManager()

    class Meta:
        verbose_name = "人员"
        ordering = ["agency__code", "username"]

    @cached_property
    def own_roles(self) -> frozenset[str]:
        """Roles held in the member's own unit."""
        return frozenset(grant.role for grant in self.grants.all())  # of many members: prefetch "grants"

    @cached_property
    def acting_posts(self) -> frozenset[tuple[int, str]]:
        """(agency id, role) pairs in which the member acts today (代理/主持工作)."""
        today = now().date()
        rows = self.acting.filter(valid_from__lte=today, ended_at__isnull=True).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=today)
        )
        return frozenset(rows.values_list("agency_id", "role"))

    @cached_property
    def posts(self) -> frozenset[tuple[int, str]]:
        """(agency id, role) pairs that the member holds or acts in today; none without a unit."""
        own = frozenset((self.agency_id, role) for role in self.own_roles) if self.agency_id else frozenset()
        return own | self.acting_posts

    @cached_property
    def units(self) -> frozenset[int]:
        """Ids of the own unit, whether or not the member has a post there, and of those acted in today."""
        own = frozenset({self.agency_id} if self.agency_id else ())
        return own | {agency_id for agency_id, _ in self.acting_posts}

    def holds(self, role: str, agency: Agency | int | None = None) -> bool:
        """Whether the member holds `role` in `agency` (default: own unit), by post or acting."""
        agency_id = self.agency_id if agency is None else getattr(agency, "pk", agency)
        own = agency_id == self.agency_id and role in self.own_roles
        return self.is_active and (own or (agency_id, role) in self.acting_posts)

    def acts_for(self, role: str, agency: Agency | int) -> bool:
        """Whether the member holds `role` there only as acting person (prints 代签)."""
        agency_id = getattr(agency, "pk", agency)
        own = agency_id == self.agency_id and role in self.own_roles
        return not own and (agency_id, role) in self.acting_posts

    @property
    def is_system_admin(self) -> bool:
        """系统管理员: keeps accounts, reads no business content."""
        return Role.SYSTEM_ADMIN in self.own_roles

    @property
    def is_auditor(self) -> bool:
        """审计员: reads the audit, no business content."""
        return Role.AUDITOR in self.own_roles

    @property
    def is_business(self) -> bool:
        """Whether the member may see business content at all."""
        return self.is_active and self.agency_id is not None and not (self.own_roles & EXCLUSIVE_ROLES)

    # Django admin asks these three; only the system administrator passes.
    @property
    def is_staff(self) -> bool:
        """Django admin is for the system administrator only."""
        return self.is_system_admin

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django admin permission: the registered, business-free models only."""
        return self.is_active and self.is_system_admin

    def has_module_perms(self, app_label: str) -> bool:
        """Django admin module permission."""
        return self.is_active and self.is_system_admin

    def get_full_name(self) -> str:
        """The person's name."""
        return self.name

    @property
    def label(self) -> str:
        """Name with unit, as printed on time lines."""
        return f"{self.agency.label} {self.name}" if self.agency else self.name

    def __str__(self) -> str:
        return self.name


class RoleGrant(models.Model):
    """One role of one member."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="grants")
    role = models.CharField("角色", max_length=20, choices=Role.choices)

    class Meta:
        verbose_name = "角色"
        constraints = [models.UniqueConstraint(fields=["member", "role"], name="role_once")]


class Acting(models.Model):
    """A dated acting person: stands in for `role` in `agency` (代理/主持工作)."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="acting")
    role = models.CharField("职务", max_length=20, choices=Role.choices)
    member = models.ForeignKey(Member, models.PROTECT, related_name="acting")
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)
    basis = models.CharField("依据", max_length=200)
    ended_at = models.DateTimeField("提前结束", null=True, blank=True)

    class Meta:
        verbose_name = "代理人员"


class PasswordHistory(models.Model):
    """Hashes of earlier passwords, so that the last few are not reused."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="old_passwords")
    password = models.CharField(max_length=128)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "历史密码"
        ordering = ["-id"]
