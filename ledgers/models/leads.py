"""Lead 线索: something seen that must be answered; how it was passed on and checked. Lives under a Matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from core import gates
from core.access import access_of, matters_for, matters_known
from core.models import Access
from ledgers.lead_states import LEAD_OVER, Ending, Finding, LeadStatus

if TYPE_CHECKING:
    from agencies.models import Member


class LeadQuerySet(models.QuerySet["Lead"]):
    """Reads of leads go through the matter."""

    def visible_to(self, member: Member) -> LeadQuerySet:
        """Leads whose matter the member may know of."""
        return self.filter(matter__in=matters_for(member).values("pk"))

    def known_to(self, member: Member) -> LeadQuerySet:
        """Leads of which the member may know state and clocks: for the joint office the sealed ones too."""
        office = access_of(member).filter(relation=Access.Relation.OFFICE, track=Access.Track.ADMIN)
        known = matters_known(member).filter(pk__in=office.values("matter_id"))
        return self.filter(Q(matter__in=known.values("pk")) | Q(matter__in=matters_for(member).values("pk")))

    def open_to(self, member: Member) -> LeadQuerySet:
        """Leads whose content a list shows to the member: of sealed ones those that they put down or have
        opened today, having said why (core.gates). What is not among them decides no filter either."""
        own = Q(reported_by=member) | Q(pk__in=gates.opened(member, Lead))
        return self.visible_to(member).filter(Q(matter__sealed=False) | own)

    def live(self) -> LeadQuerySet:
        """Leads on which something is still owed."""
        return self.filter(withdrawn_at__isnull=True).exclude(status__in=LEAD_OVER)


class Lead(models.Model):
    """One lead. `agency` found or received it, `holder` has it now.

    Raised by an entry that reports illegal digging, by a 特殊情况报告 without a row, or registered at the
    desk of the unit that received it. Who told it stands sealed in Informant, never here. `alarmed` means
    特殊情况: told at once and checked first.
    """

    class Source(models.TextChoices):
        """Where leads come from (PG-2.1, JC-2, PG-3, PG-4.3, XB-4, LZ-5)."""

        PATROL = "patrol", "巡查发现"
        SPECIAL = "special", "特殊情况报告"
        INSPECTION = "inspection", "联合检查"
        HOTLINE = "hotline", "12345热线"
        POLICE = "police", "110报警"
        PHONE = "phone", "举报电话"
        LETTER = "letter", "来信来访"
        SATELLITE = "satellite", "卫片图斑"
        DRONE = "drone", "无人机"
        CAMERA = "camera", "视频监控"
        POWER = "power", "用电异常"
        UNIT = "unit", "其他单位"
        FILES = "files", "历年案卷“回头看”"
        VILLAGE = "village", "村级报告"
        SELF = "self", "企业自查自报"

    #: Told by people who must be protected (保护举报人).
    TIPS = (Source.HOTLINE, Source.POLICE, Source.PHONE, Source.LETTER)
    #: Raised by the system from what was filed; the others are registered at a desk.
    RAISED = (Source.PATROL, Source.SPECIAL)

    matter = models.OneToOneField("core.Matter", models.PROTECT, related_name="lead")
    number = models.CharField("线索编号", max_length=40, unique=True)
    source = models.CharField("来源", max_length=10, choices=Source.choices)
    source_number = models.CharField("来源编号", max_length=60, blank=True)
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="leads", verbose_name="发现单位"
    )
    holder = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="held_leads", verbose_name="承办单位"
    )
    told_by = models.ForeignKey(
        "agencies.Agency",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="来件（报告）单位",
    )
    entry = models.OneToOneField("ledgers.Entry", models.PROTECT, null=True, blank=True, related_name="lead")
    site = models.ForeignKey("ledgers.Site", models.PROTECT, null=True, blank=True, related_name="leads")
    location = models.CharField("位置", max_length=200)
    lon = models.FloatField("经度（度）", null=True, blank=True)
    lat = models.FloatField("纬度（度）", null=True, blank=True)
    text = models.CharField("情况", max_length=1000)
    campaign = models.ForeignKey(
        "duties.Campaign", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="专项行动"
    )
    violation = models.CharField("违法情形代码", max_length=40, blank=True)
    violation_name = models.CharField("违法情形", max_length=160, blank=True)
    party = models.CharField("当事人", max_length=80, blank=True)
    vehicle = models.CharField("车辆、机械", max_length=60, blank=True)
    found_at = models.DateTimeField("发现时间")
    alarmed = models.BooleanField("已即时报告", default=False)
    self_reported = models.BooleanField("企业自查自报（从轻或者免予处罚）", default=False)
    concealed = models.BooleanField("隐瞒不报（从重处罚）", default=False)
    status = models.CharField("状态", max_length=10, choices=LeadStatus.choices, default=LeadStatus.OPEN)
    version = models.PositiveIntegerField(default=1)
    finding = models.CharField("核查结果", max_length=10, choices=Finding.choices, blank=True)
    verified_at = models.DateTimeField("核查时间", null=True, blank=True)
    ending = models.CharField("处置方式", max_length=10, choices=Ending.choices, blank=True)
    feedback = models.CharField("处置结果", max_length=1000, blank=True)
    feedback_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="反馈人"
    )
    feedback_at = models.DateTimeField("反馈时间", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="并入线索"
    )
    reported_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = "线索"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["holder", "status"]),
            models.Index(fields=["found_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="merged_lead_names_its_lead",
                condition=Q(status=LeadStatus.MERGED, merged_into__isnull=False)
                | (~Q(status=LeadStatus.MERGED) & Q(merged_into__isnull=True)),
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_tip(self) -> bool:
        """Whether people told it who must be protected: its photos are shown as stripped copies only."""
        return self.source in self.TIPS

    @property
    def state_words(self) -> str:
        """状态 as people read it; a withdrawn lead is 已撤回 whatever it was before."""
        return "已撤回" if self.withdrawn_at else self.get_status_display()


class LeadDispatch(models.Model):
    """分派: passed on to another unit, which signs for it or returns it with a reason."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="dispatches")
    sender = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="原承办单位")
    receiver = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="接收单位")
    reason = models.CharField("分派意见", max_length=300)
    basis = models.CharField("依据", max_length=300, blank=True)
    sent_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    sent_at = models.DateTimeField("分派时间")
    signed_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    returned_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+"
    )
    returned_at = models.DateTimeField("退回时间", null=True, blank=True)
    words = models.CharField("退回原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "线索分派"
        ordering = ["id"]


class LeadNote(models.Model):
    """What was said with an act that keeps its words nowhere else: 并案, 撤销并案, 重新核查."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="notes")
    verb = models.CharField(max_length=20)
    text = models.CharField("说明", max_length=300)
    by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "线索说明"
        ordering = ["id"]


class LeadCheckQuerySet(models.QuerySet["LeadCheck"]):
    """Reads of checks go through the lead."""

    def visible_to(self, member: Member) -> LeadCheckQuerySet:
        """Checks of leads the member may read."""
        return self.filter(lead__in=Lead.objects.visible_to(member).values("pk"))


class LeadCheck(models.Model):
    """核查: who went, when, what was found. 不属实 takes a second person's word.

    `due_at`, `late`: the limit it answered, judged when it was put down; `undone_at`: it counts no more.
    """

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="checks")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="核查单位")
    finding = models.CharField("核查结果", max_length=10, choices=Finding.choices)
    text = models.CharField("核查情况", max_length=2000)
    checked_at = models.DateTimeField("核查时间")
    officers = models.ManyToManyField("agencies.Member", related_name="+", verbose_name="核查人员")
    recorded_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间")
    decided_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人"
    )
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    agreed = models.BooleanField("同意", null=True)
    words = models.CharField("复核意见", max_length=300, blank=True)
    due_at = models.DateTimeField("期限", null=True, blank=True)
    late = models.BooleanField("超期", default=False)
    undone_at = models.DateTimeField("退回（重新）核查时间", null=True, blank=True)

    objects = LeadCheckQuerySet.as_manager()

    class Meta:
        verbose_name = "线索核查"
        ordering = ["id"]
