"""Meeting 会议 with agenda, attendance, minutes 会议纪要 and decisions that become duties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from agencies.scope import AgencyScoped, readable_agencies
from duties.standing import stands_for
from duties.states import MeetingStatus

if TYPE_CHECKING:
    from agencies.models import Member


class MeetingQuerySet(AgencyScoped["Meeting"]):
    """Reads of meetings."""

    def visible_to(self, member: Member) -> MeetingQuerySet:
        """Meetings of units the member may read, those the member stands for (by post, acting, passed up)
        and those its minutes were reported to."""
        if not member.is_business:
            return self.none()
        units = stands_for(member)
        called = Attendance.objects.filter(agency__in=units).values("meeting")
        told = Q(status=MeetingStatus.REPORTED, reports_to__in=units)
        own = Q(agency__in=readable_agencies(member).values("pk")) | Q(agency__in=units)
        return self.filter(own | Q(pk__in=called) | told)


class Meeting(models.Model):
    """A meeting of a body or of a unit; holding it proves `task` (proof kind meeting.<task id>).

    `report_due_at`: the step 报送领导小组 (JC 五（一）四: 形成会议纪要报告领导小组).
    """

    Status = MeetingStatus

    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="meetings")
    campaign = models.ForeignKey(
        "duties.Campaign", models.PROTECT, null=True, blank=True, related_name="meetings"
    )
    task = models.ForeignKey("duties.Task", models.PROTECT, null=True, blank=True, related_name="meetings")
    body = models.ForeignKey("agencies.Body", models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField("会议名称", max_length=120)
    planned_at = models.DateTimeField("计划时间")
    held_at = models.DateTimeField("召开时间", null=True, blank=True)
    place = models.CharField("地点", max_length=120, blank=True)
    chair = models.CharField("主持人", max_length=60, blank=True)
    minutes = models.TextField("会议纪要", blank=True)
    number = models.CharField("纪要编号", max_length=60, blank=True)
    reports_to = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    reported_at = models.DateTimeField("报送时间", null=True, blank=True)
    reason = models.CharField("取消、撤回原因", max_length=300, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.PLANNED)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "会议"
        ordering = ["-planned_at", "-id"]

    def __str__(self) -> str:
        return self.title


class AgendaLine(models.Model):
    """One point of the agenda; `subject` opens what it is about for those who may see it."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda")
    order = models.PositiveIntegerField(default=0)
    text = models.CharField("议题", max_length=300)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = "议题"
        ordering = ["meeting", "order", "id"]


class Attendance(models.Model):
    """A unit called to the meeting and who came."""

    class Presence(models.TextChoices):
        CALLED = "called", "通知"
        PRESENT = "present", "出席"
        EXCUSED = "excused", "请假"
        SITTING_IN = "sitting_in", "列席"
        ABSENT = "absent", "缺席"

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendances")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    person = models.CharField("姓名", max_length=60, blank=True)
    presence = models.CharField("到会", max_length=10, choices=Presence.choices, default=Presence.CALLED)
    note = models.CharField("说明", max_length=120, blank=True)

    class Meta:
        ordering = ["meeting", "id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "agency", "person"], name="attendance_once")
        ]


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Reads of decisions."""

    def visible_to(self, member: Member) -> DecisionQuerySet:
        """Decisions of meetings the member may read, and those its unit has to carry out."""
        if not member.is_business:
            return self.none()
        meetings = Meeting.objects.visible_to(member).values("pk")
        return self.filter(Q(meeting__in=meetings) | Q(agency__in=stands_for(member)))


class Decision(models.Model):
    """会议议定事项: opens a duty of `agency` when the minutes are issued.

    Closed by the unit's own words or by a document (StoredFiles of the decision).
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="decisions")
    text = models.CharField("议定事项", max_length=500)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    due_at = models.DateTimeField("期限", null=True, blank=True)
    duty = models.ForeignKey("duties.Duty", models.PROTECT, null=True, blank=True, related_name="+")
    result = models.TextField("办结情况", blank=True)
    closed_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "议定事项"
        ordering = ["meeting", "id"]
