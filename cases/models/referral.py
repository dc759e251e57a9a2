"""Referral 移送: a typed edge between two units with its steps, papers and goods (domain.md A.7, B.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Cast

from agencies.models import Role
from cases.edges import EDGES, Edge, EdgeType, Result
from cases.states import ReferralStatus
from core.access import access_of, content_rights, held_on, of_known
from core.models import Access
from duties.models import Duty
from duties.passing import BASIS, passed_to

if TYPE_CHECKING:
    from agencies.models import Member


class ReferralQuerySet(models.QuerySet["Referral"]):
    """Reads of referrals go through the matter."""

    def visible_to(self, member: Member) -> ReferralQuerySet:
        """Referrals whose state and clocks the member may know: the parties from the day each came in (a
        draft is the sender's alone), the joint office from the report to the head on, whoever was let in by
        name. What of the content is shown: cases.sight."""
        known = self.filter(of_known(member))
        taken = ReferralStep.objects.filter(organ__in=member.units, state=ReferralStep.State.TAKEN)
        party = Q(sender__in=member.units) | Q(supervisor__in=member.units) | Q(superior__in=member.units)
        party |= Q(pk__in=taken.values("referral_id")) | came_to(member.units) | put_down_by(member.units)
        narrow = Q(edge=Edge.SUPERVISION)
        return known.filter(
            ((party | let_in(member)) & ~narrow) | (narrow & circle_of(member)) | _watched_by(member)
        )

    def kept_from(self, member: Member) -> ReferralQuerySet:
        """问题线索 of which the member may not know, nor that anything is owed on them."""
        clues = self.filter(edge=Edge.SUPERVISION)
        return clues.exclude(pk__in=clues.visible_to(member).values("pk"))


def came_to(units: set[int | None]) -> Q:
    """Handed over to one of `units` and not taken back before it was received."""
    return Q(receiver__in=units, sent_at__isnull=False) & ~Q(status=ReferralStatus.RECALLED)


def put_down_by(units: set[int | None]) -> Q:
    """What an 线下单位 sent on paper, written down by a clerk of one of `units`."""
    return Q(sender__online=False, drafted_by__agency__in=units)


def circle_of(member: Member) -> Q:
    """问题线索: who at the sender drafted, reported or heads it; the receiving post; whoever a step names.
    Nobody else of either unit knows that it exists."""
    named = Duty.objects.open().filter(kind=Duty.Kind.REFERRAL, subject_kind="cases.referral", member=member)
    steps = named.annotate(referral_id=Cast("subject_id", models.BigIntegerField()))
    found = Q(drafted_by=member) | Q(reported_by=member) | Q(pk__in=steps.values("referral_id"))
    for unit_id, role in member.posts:
        found |= came_to({unit_id}) & Q(post=role)
        if role == Role.HEAD:
            found |= Q(sender=unit_id)
    return found


def let_in(member: Member) -> Q:
    """By name for a step that passed up: that referral while the step lies with the member. By invitation
    into referrals of the affair: what was handed over; of what is for two parties alone only what the unit
    that invited sent or got."""
    track = Access.Track.REFERRAL
    passed = passed_to(member).filter(subject_kind="cases.referral", track=track)
    passed = passed.annotate(referral_id=Cast("subject_id", models.BigIntegerField()))
    invited = access_of(member).filter(track=track, relation=Access.Relation.INVITED).exclude(basis=BASIS)
    plain = Q(edge__in=[edge for edge, kind in EDGES.items() if not kind.sealed]) | of_holder(track)
    sent = Q(matter__in=invited.values("matter_id"), sent_at__isnull=False)
    return Q(pk__in=passed.values("referral_id")) | (sent & plain)


def of_holder(track: str) -> Q:
    """A unit that holds the affair on `track` sent it or got it."""
    party = Q(agency=OuterRef("sender")) | Q(agency=OuterRef("receiver"))
    return Q(Exists(held_on(track).filter(party, matter=OuterRef("matter"))))


def _watched_by(member: Member) -> Q:
    """The joint office from the report on; whoever holds or helps with the lead learns where it went – never
    of what is for two parties alone. Who must stay out (回避) is left out in `visible_to`."""
    office = access_of(member).filter(relation=Access.Relation.OFFICE)
    begun = Q(reported_by__isnull=False) | Q(sent_at__isnull=False)
    plain = [edge for edge, kind in EDGES.items() if not kind.sealed]
    admin = content_rights(member, Access.Track.ADMIN)
    return (Q(matter__in=office.values("matter_id")) & begun) | Q(
        matter__in=admin.values("matter_id"), sent_at__isnull=False, edge__in=plain
    )


class Referral(models.Model):
    """One referral. The sender closes it, each holder its own case; it cannot end without an answer.

    `number` is given when it is drafted (YS2026-0001), `document_number` is that of the paper that is handed
    over. `papers_until` ends the receiver's sight of the papers (recalled, returned, 不予立案).
    """

    Status = ReferralStatus

    matter = models.ForeignKey("core.Matter", models.PROTECT, related_name="referrals")
    number = models.CharField("移送编号", max_length=40, unique=True)
    document_number = models.CharField("文号", max_length=80, blank=True)
    edge = models.CharField("移送类型", max_length=20, choices=Edge.choices)
    status = models.CharField("状态", max_length=12, choices=Status.choices, default=Status.DRAFT)
    version = models.PositiveIntegerField(default=1)
    sender = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="referrals_out", verbose_name="移送单位"
    )
    receiver = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="referrals_in", verbose_name="接收单位"
    )
    supervisor = models.ForeignKey(
        "agencies.Agency",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="立案监督检察院",
    )
    superior = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="裁定单位"
    )
    post = models.CharField("接收岗位", max_length=20, choices=Role.choices)
    lead = models.ForeignKey("ledgers.Lead", models.PROTECT, null=True, blank=True, related_name="referrals")
    case = models.ForeignKey("cases.Case", models.PROTECT, null=True, blank=True, related_name="referrals")
    answer_case = models.ForeignKey(
        "cases.Case",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="came_by",
        verbose_name="接收单位案件",
    )
    prior = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="following", verbose_name="对应的移送"
    )
    title = models.CharField("案由", max_length=120)
    summary = models.TextField("移送事实和理由")
    purpose = models.CharField("移送目的（请求事项）", max_length=200, blank=True)
    #: as the letter named them when it was handed over (cases.referral_parties); None: not yet handed over
    parties = models.JSONField("移送时的当事人", null=True, blank=True)
    drafted_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField("拟稿时间")
    reported_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField("移送时间", null=True, blank=True)
    received_at = models.DateTimeField("签收时间", null=True, blank=True)
    reply_due = models.DateTimeField("约定反馈期限", null=True, blank=True)
    answered_at = models.DateTimeField("反馈时间", null=True, blank=True)
    result = models.CharField("结果", max_length=14, choices=Result.choices, blank=True)
    papers_until = models.DateTimeField("材料可查看至", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = "移送"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["sender", "status"]),
            models.Index(fields=["receiver", "status"]),
        ]

    @property
    def kind(self) -> EdgeType:
        """What this kind of referral is."""
        return EDGES[self.edge]

    def __str__(self) -> str:
        return self.number


class ReferralStep(models.Model):
    """One step: who, organ, when, document number, basis, due date, lateness. Never edited.

    `details` keeps what was handed over in this step ({"goods": {pk: quantity}}), up to which line
    the list of goods went over with it ({"listed": pk}) and who was named.
    A step of an 线下单位 is put down by the other side's clerk (代录) with number, time and scan; it is
    `pending` and moves nothing until a second person has checked it. Its clocks run from `happened_at`.
    """

    class State(models.TextChoices):
        TAKEN = "taken", "已办理"
        PENDING = "pending", "代录待核对"
        REFUSED = "refused", "代录未通过核对"

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="steps")
    move = models.CharField(max_length=30)
    source = models.CharField(max_length=12, blank=True)
    target = models.CharField(max_length=12)
    label = models.CharField("步骤", max_length=60)
    state = models.CharField(max_length=10, choices=State.choices, default=State.TAKEN)
    by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, related_name="+")
    organ = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="办理单位")
    happened_at = models.DateTimeField("办理时间")
    recorded_at = models.DateTimeField("登记时间")
    number = models.CharField("文号", max_length=80, blank=True)
    text = models.TextField("说明", blank=True)
    result = models.CharField("结果", max_length=14, choices=Result.choices, blank=True)
    unit = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="转送单位"
    )
    reply_due = models.DateTimeField("约定反馈期限", null=True, blank=True)
    basis = models.CharField("依据", max_length=300, blank=True)
    due_at = models.DateTimeField("期限", null=True, blank=True)
    late = models.BooleanField("超期", default=False)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    details = models.JSONField("移交数量、办案人员", default=dict)
    proxy = models.BooleanField("代录", default=False)
    checked_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    checked_at = models.DateTimeField("核对时间", null=True, blank=True)
    check_note = models.CharField("核对意见", max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "移送步骤"
        ordering = ["id"]
        constraints = [
            # two clerks never put down two fates of one referral at once
            models.UniqueConstraint(
                fields=["referral"], condition=Q(state="pending"), name="one_pending_step"
            )
        ]


class Paper(models.Model):
    """One line of the manifest 移送材料清单, frozen when it is handed over: name, hash, what is withheld.

    `round` 0 is the first hand-over, 1… the supplements. The file is linked, never copied.
    """

    class Kind(models.TextChoices):
        LETTER = "letter", "移送书（函）"
        REPORT = "report", "调查报告"
        GOODS = "goods", "涉案物品清单"
        OPINION = "opinion", "检验报告、鉴定意见"
        OTHER = "other", "其他材料"

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="papers")
    round = models.PositiveIntegerField("批次", default=0)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    name = models.CharField("材料名称", max_length=120)
    copies = models.PositiveIntegerField("份数", default=1)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    withheld = models.CharField("不移送的内容和理由", max_length=200, blank=True)
    added_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField("移送时间", null=True, blank=True)

    class Meta:
        verbose_name = "移送材料"
        ordering = ["round", "id"]

    @property
    def goes_over(self) -> bool:
        """Whether anything of it is handed over: a line without a file that says why (“尚在鉴定”) stands for
        a paper that is not there (310号第六条); one with a file leaves out what it names."""
        return bool(self.file_id) or not self.withheld


class Goods(models.Model):
    """One line of 涉案物品清单. What was handed over never exceeds what there is."""

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="goods")
    name = models.CharField("名称", max_length=80)
    spec = models.CharField("规格型号", max_length=80, blank=True)
    quantity = models.DecimalField("数量", max_digits=14, decimal_places=3)
    unit = models.CharField("单位", max_length=12)
    features = models.CharField("特征", max_length=120, blank=True)
    place = models.CharField("存放地点", max_length=120, blank=True)
    source = models.CharField("来源", max_length=120, blank=True)
    handed = models.DecimalField("已移交数量", max_digits=14, decimal_places=3, default=0)
    handed_at = models.DateTimeField("移交时间", null=True, blank=True)
    note = models.CharField("备注", max_length=120, blank=True)

    class Meta:
        verbose_name = "涉案物品"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="goods_balance", condition=Q(handed__lte=models.F("quantity")))
        ]


class ReferralOfficer(models.Model):
    """专案组 of a criminal referral: two or more (310号第五条)."""

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="officers")
    member = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "移送办案人员"
        constraints = [models.UniqueConstraint(fields=["referral", "member"], name="referral_officer_once")]
