"""Case 案件: violations × parties under effective-dated law; its procedure is in cases.case_states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from cases.states import CaseStatus, Outcome
from core import gates
from core.access import access_of, matters_for, matters_known
from core.models import Access

if TYPE_CHECKING:
    from agencies.models import Member


class CaseQuerySet(models.QuerySet["Case"]):
    """Reads of cases go through the matter and its tracks."""

    def visible_to(self, member: Member) -> CaseQuerySet:
        """Cases whose content the member may read: those of the own unit (a restricted one its leaders and
        named officers), those they were let into by name or with their unit, and for the joint office the
        administrative ones that are not sealed.

        Several units may each keep a case of one affair; neither reads the other's: what one hands over
        stands in the manifest of its referral.
        """
        admin, criminal = Access.Track.ADMIN, Access.Track.CRIMINAL
        own = Q(holder__in=member.units) | Q(promoted_from__in=member.units)
        rights = access_of(member)
        named = Q(member=member) | Q(relation=Access.Relation.INVITED)
        office = Q(relation=Access.Relation.OFFICE)
        let_in = rights.filter(named | office, track=admin).values("matter_id")
        restricted = rights.filter(named, track=criminal).values("matter_id")
        open_admin = matters_for(member, admin).values("pk")
        open_criminal = matters_for(member, criminal).values("pk")
        return self.filter(
            Q(track=admin) & own & Q(matter__in=matters_known(member).values("pk"))
            | Q(track=admin, matter__in=open_admin) & Q(matter__in=let_in)
            | Q(track=criminal, matter__in=open_criminal)
            & (Q(holder__in=member.units) | Q(matter__in=restricted))
        )

    def open_to(self, member: Member) -> CaseQuerySet:
        """Cases whose content a list shows to the member: of sealed ones those that they put down, are an
        officer of, or have opened today, having said why (core.gates)."""
        officer = self.model.objects.filter(officers__member=member, officers__released_at__isnull=True)
        own = Q(opened_by=member) | Q(pk__in=officer.values("pk"))
        opened = Q(pk__in=gates.opened(member, self.model))
        return self.visible_to(member).filter(Q(matter__sealed=False) | own | opened)

    def known_to(self, member: Member) -> CaseQuerySet:
        """Cases of which the member may know state and clocks: those whose content is open, and for the joint
        office every case of its county's affairs, sealed and restricted ones too.

        To be related to the affair is not enough: the other side of a referral has the referral.
        """
        office = access_of(member).filter(relation=Access.Relation.OFFICE).values("matter_id")
        states = Q(matter__in=matters_known(member).values("pk")) & Q(matter__in=office)
        return self.filter(states | Q(pk__in=Case.objects.visible_to(member).values("pk")))


class Case(models.Model):
    """One case of one unit. A unit that joins in the affair opens its own under the same matter.

    `number` is given on 立案. Days are Shanghai days; `filed_on` starts the 90 days of 处罚法60.
    """

    Status = CaseStatus

    class Track(models.TextChoices):
        """CRIMINAL is what police, discipline inspection and courts do: outer states, need to know."""

        ADMIN = Access.Track.ADMIN.value, "行政案件"
        CRIMINAL = Access.Track.CRIMINAL.value, "限定知悉案件"

    class Origin(models.TextChoices):
        LEAD = "lead", "线索"
        OWN = "own", "依职权发现"
        REFERRAL = "referral", "其他单位移送"
        REVIVED = "revived", "死灰复燃"

    class Supervision(models.TextChoices):
        NONE = "", "未督办"
        COUNTY = "county", "领导小组挂牌督办"
        POLICE = "police", "上级公安机关挂牌督办"
        HIGHER = "higher", "上级机关挂牌督办"

    matter = models.ForeignKey("core.Matter", models.PROTECT, related_name="cases")
    track = models.CharField("性质", max_length=10, choices=Track.choices, default=Track.ADMIN)
    serial = models.CharField("登记号", max_length=40, unique=True)
    number = models.CharField("案件编号", max_length=80, blank=True)
    holder = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="cases", verbose_name="承办单位"
    )
    title = models.CharField("案由", max_length=120)
    facts = models.TextField("基本案情", blank=True)
    origin = models.CharField("来源", max_length=10, choices=Origin.choices)
    leads = models.ManyToManyField("ledgers.Lead", related_name="cases", blank=True)
    site = models.ForeignKey("ledgers.Site", models.PROTECT, null=True, blank=True, related_name="cases")
    division = models.ForeignKey("agencies.Division", models.PROTECT, related_name="+", verbose_name="案发地")
    location = models.CharField("地点", max_length=200, blank=True)
    lon = models.FloatField("经度（度）", null=True, blank=True)
    lat = models.FloatField("纬度（度）", null=True, blank=True)
    status = models.CharField("状态", max_length=14, choices=Status.choices, default=Status.DRAFT)
    version = models.PositiveIntegerField(default=1)
    opened_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("登记时间")
    found_on = models.DateField("发现日期")
    filed_on = models.DateField("立案日期", null=True, blank=True)
    decided_on = models.DateField("决定日期", null=True, blank=True)
    served_on = models.DateField("送达日期", null=True, blank=True)
    closed_at = models.DateTimeField("结案时间", null=True, blank=True)
    outcome = models.CharField("处理结果", max_length=14, choices=Outcome.choices, blank=True)
    complex = models.BooleanField("案情复杂（疑难复杂、涉及多个法律关系或者情节重大）", default=False)
    hearing_at = models.DateTimeField("听证时间", null=True, blank=True)
    self_reported = models.BooleanField("主动报告并自行纠正（从轻或者免予处罚）", default=False)
    concealed = models.BooleanField("隐瞒不报（从重处罚）", default=False)
    supervised = models.CharField("挂牌督办", max_length=10, choices=Supervision.choices, blank=True)
    promoted_from = models.ForeignKey(
        "agencies.Agency",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="提级办理、指定管辖前的承办单位",
    )
    revived_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="revivals")

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "案件"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "number"], condition=~Q(number=""), name="case_number_once"
            )
        ]
        indexes = [models.Index(fields=["holder", "status"])]

    def __str__(self) -> str:
        return self.number or self.serial


class Party(models.Model):
    """当事人 of a case: a person or a firm. Numbers are kept as typed after checking their shape."""

    class Kind(models.TextChoices):
        PERSON = "person", "个人"
        FIRM = "firm", "单位"

    case = models.ForeignKey(Case, models.CASCADE, related_name="parties")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    name = models.CharField("姓名（名称）", max_length=80)
    code = models.CharField("证件号码（统一社会信用代码）", max_length=40, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    address = models.CharField("住址（住所）", max_length=120, blank=True)
    representative = models.CharField("法定代表人（负责人）", max_length=40, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        verbose_name = "当事人"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Violation(models.Model):
    """One violation of one party (or of all). Amounts: 吨, 元, 亩; days inclusive, end empty = going on."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="violations")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="violations")
    offence = models.ForeignKey("cases.Offence", models.PROTECT, related_name="+", verbose_name="违法行为")
    acted_from = models.DateField("行为开始")
    acted_to = models.DateField("行为终了", null=True, blank=True)
    mineral = models.CharField("矿种", max_length=40, blank=True)
    zone = models.CharField("区域", max_length=20, blank=True)
    quantity = models.DecimalField("数量（吨）", max_digits=14, decimal_places=3, null=True, blank=True)
    value = models.DecimalField("矿产品价值（元）", max_digits=16, decimal_places=2, null=True, blank=True)
    damage = models.DecimalField("破坏价值（元）", max_digits=16, decimal_places=2, null=True, blank=True)
    area = models.DecimalField("面积（亩）", max_digits=12, decimal_places=3, null=True, blank=True)
    land = models.CharField("地类", max_length=20, blank=True)
    choice = models.CharField("适用新旧法律的理由", max_length=200, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)

    class Meta:
        verbose_name = "违法情形"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.offence.name


class Penalty(models.Model):
    """One penalty decided on a party: kinds, fine (元), basis; or what an organ did to an official (追责)."""

    class Kind(models.TextChoices):
        WARNING = "warning", "警告、通报批评"
        FINE = "fine", "罚款"
        GOODS = "goods", "没收矿产品"
        GAINS = "gains", "没收违法所得"
        TOOLS = "tools", "没收工具"
        BUILDING = "building", "没收建筑物和其他设施"
        ORDER = "order", "责令停止、改正"
        STOP = "stop", "停产停业"
        REVOKE = "revoke", "暂扣、吊销许可证"
        RESTORE = "restore", "限期拆除、恢复"
        NONE = "none", "不予处罚"
        HELD = "held", "追责问责"

    case = models.ForeignKey(Case, models.CASCADE, related_name="penalties")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="penalties")
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    fine = models.DecimalField("金额（元）", max_digits=16, decimal_places=2, null=True, blank=True)
    quantity = models.DecimalField("数量（吨）", max_digits=14, decimal_places=3, null=True, blank=True)
    organ = models.CharField("决定机关", max_length=80, blank=True)
    decided_on = models.DateField("日期", null=True, blank=True)
    basis = models.CharField("依据", max_length=300)
    paid = models.DecimalField("已缴（元）", max_digits=16, decimal_places=2, default=0)
    done_on = models.DateField("执行完毕日期", null=True, blank=True)
    done = models.CharField("执行（处置）情况", max_length=300, blank=True)
    disposed_on = models.DateField("没收物处置完毕日期", null=True, blank=True)

    class Meta:
        verbose_name = "处罚"
        ordering = ["id"]


class CaseOfficer(models.Model):
    """办案人员, at least two with certificates (处罚法42). On the criminal track this opens the case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="officers")
    member = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    chief = models.BooleanField("主办", default=False)
    certificate = models.CharField("执法证号", max_length=40, blank=True)
    assigned_at = models.DateTimeField("指定时间")
    released_at = models.DateTimeField("退出时间", null=True, blank=True)

    class Meta:
        verbose_name = "办案人员"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "member"], condition=Q(released_at__isnull=True), name="case_officer_once"
            )
        ]


class CaseStep(models.Model):
    """One step as it was taken: who, organ, when, paper, basis, due, lateness. Never edited."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    move = models.CharField(max_length=30)
    source = models.CharField(max_length=14, blank=True)
    target = models.CharField(max_length=14)
    label = models.CharField("步骤", max_length=60)
    by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    organ = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    happened_at = models.DateTimeField("办理时间")
    recorded_at = models.DateTimeField("登记时间")
    number = models.CharField("文号", max_length=80, blank=True)
    text = models.TextField("说明", blank=True)
    basis = models.CharField("依据", max_length=300, blank=True)
    due_at = models.DateTimeField("期限", null=True, blank=True)
    late = models.BooleanField("超期", default=False)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "案件步骤"
        ordering = ["id"]


class CaseTask(models.Model):
    """Work inside a case given to an officer by a day; a duty of its own until it is done."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="tasks")
    title = models.CharField("事项", max_length=120)
    member = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+", verbose_name="承办人")
    due_at = models.DateTimeField("期限", null=True, blank=True)
    given_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    given_at = models.DateTimeField("交办时间")
    done_at = models.DateTimeField("办结时间", null=True, blank=True)
    result = models.CharField("办理情况", max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "案件任务"
        ordering = ["id"]


class RunningNote(models.Model):
    """办案记录: what was done on a day; added, never edited."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="notes")
    at = models.DateTimeField("时间")
    by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    text = models.TextField("内容")
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "办案记录"
        ordering = ["at", "id"]
