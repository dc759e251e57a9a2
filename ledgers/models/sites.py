"""Site 监管对象 and Licence 证照: 一矿一档."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from agencies.models import Agency, AgencyKind
from agencies.scope import AgencyScoped, readable_agencies
from minewatch.lib.text import initials

if TYPE_CHECKING:
    from agencies.models import Member


class SiteKind(models.TextChoices):
    """What is watched (PG 附件2 说明 1; PG-1.3)."""

    MINE = "mine", "有证矿山"
    CLOSED_SHAFT = "closed_shaft", "历史废弃（关闭）矿井"
    DIG_SPOT = "dig_spot", "私挖滥采点"
    PLANT = "plant", "加工企业"
    RIVER = "river", "河段"
    PROJECT = "project", "工程项目"


class Production(models.TextChoices):
    """生产状态."""

    PRODUCING = "producing", "生产"
    STOPPED = "stopped", "停产"
    BUILDING = "building", "基建"
    NONE = "none", "不适用"


class SiteQuerySet(AgencyScoped["Site"]):
    """Reads of the register: a village reads its own sites, the township all of its villages."""

    def visible_to(self, member: Member) -> SiteQuerySet:
        """Sites of the units the member may read; the police read the county's, whose marks they keep."""
        units = readable_agencies(member).values("pk")
        found = Q(agency__in=units) | Q(village__in=units)
        for code in police_counties(member):
            found |= Q(division__code__startswith=code)
        return self.filter(found)

    def of_unit(self, agency: Agency) -> SiteQuerySet:
        """Sites of `agency` and the units below it, for reports, jobs and commands."""
        units = Agency.objects.under(agency).values("pk")
        return self.filter(Q(agency__in=units) | Q(village__in=units))


def police_counties(member: Member) -> set[str]:
    """Division codes whose sites the member reads as police, by post or acting."""
    if not member.is_business:
        return set()
    police = Agency.objects.filter(pk__in=member.units, kind=AgencyKind.POLICE)
    return set(police.values_list("division__code", flat=True))


class Site(models.Model):
    """A watched object. Coordinates are degrees in `datum`; never converted silently."""

    number = models.CharField("编号", max_length=40)
    name = models.CharField("名称", max_length=120)
    kind = models.CharField("类别", max_length=15, choices=SiteKind.choices)
    division = models.ForeignKey(
        "agencies.Division", models.PROTECT, related_name="+", verbose_name="所在村（乡镇）"
    )
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="sites", verbose_name="属地乡镇"
    )
    village = models.ForeignKey(
        "agencies.Agency",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="village_sites",
        verbose_name="属地村",
    )
    location = models.CharField("具体位置", max_length=200, blank=True)
    lon = models.FloatField("经度（度）", null=True, blank=True)
    lat = models.FloatField("纬度（度）", null=True, blank=True)
    datum = models.CharField("坐标系", max_length=20, default="CGCS2000")
    coordinate_raw = models.CharField("原坐标", max_length=120, blank=True)
    mineral = models.CharField("矿种", max_length=40, blank=True)
    mining_method = models.CharField("开采方式", max_length=20, blank=True)
    operator = models.CharField("经营主体", max_length=120, blank=True)
    operator_uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    ownership = models.CharField("企业属性", max_length=40, blank=True)
    production = models.CharField(
        "生产状态", max_length=10, choices=Production.choices, default=Production.NONE
    )
    output_t = models.DecimalField("产量（吨）", max_digits=14, decimal_places=2, null=True, blank=True)
    sales_t = models.DecimalField("销量（吨）", max_digits=14, decimal_places=2, null=True, blank=True)
    reserves_t = models.DecimalField("储量（吨）", max_digits=16, decimal_places=2, null=True, blank=True)
    warning_sign = models.BooleanField("有警示标识牌", default=False)
    duty_plate = models.BooleanField("有监管责任牌", default=False)
    grid = models.CharField("网格", max_length=60, blank=True)
    watchers = models.CharField("责任人", max_length=200, blank=True)
    is_active = models.BooleanField("在册", default=True)
    initials = models.CharField(max_length=120, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = "监管对象"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["agency", "number"], name="site_number_once")]
        indexes = [models.Index(fields=["agency", "village"]), models.Index(fields=["initials"])]

    def save(self, *args, **kwargs) -> None:
        """Keep the pinyin initials beside the name; the picker reads them."""
        self.initials = initials(self.name)
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.name


class LicenceQuerySet(models.QuerySet["Licence"]):
    """Reads of licences go through their site."""

    def visible_to(self, member: Member) -> LicenceQuerySet:
        """Licences of the sites the member may read."""
        return self.filter(site__in=Site.objects.visible_to(member).values("pk"))


class Licence(models.Model):
    """采矿权 and 采矿许可证 are two records (矿法24 Art.64, 67), beside the other permits.

    `corners` = [[point number, X northing m, Y easting m] …] or degrees, as the
    paper gives them, in `datum`/`zone`; elevations in m, 1985 datum.
    """

    class Kind(models.TextChoices):
        RIGHT = "right", "采矿权"
        PERMIT = "permit", "采矿许可证"
        SAFETY = "safety", "安全生产许可证"
        DISCHARGE = "discharge", "排污许可证"
        FOREST = "forest", "林地使用手续"
        LAND = "land", "用地手续"
        WATER = "water", "水土保持手续"
        EXPLOSIVE = "explosive", "爆破作业许可"
        BUSINESS = "business", "营业执照"

    site = models.ForeignKey(Site, models.CASCADE, related_name="licences")
    kind = models.CharField("证照类别", max_length=12, choices=Kind.choices)
    number = models.CharField("证号", max_length=60)
    holder = models.CharField("持证人", max_length=120, blank=True)
    mineral = models.CharField("开采矿种", max_length=40, blank=True)
    method = models.CharField("开采方式", max_length=20, blank=True)
    capacity = models.CharField("生产规模", max_length=40, blank=True)
    area_km2 = models.DecimalField(
        "矿区面积（平方公里）", max_digits=10, decimal_places=4, null=True, blank=True
    )
    valid_from = models.DateField("有效期起", null=True, blank=True)
    valid_to = models.DateField("有效期止", null=True, blank=True)
    issuer = models.CharField("发证机关", max_length=80, blank=True)
    issued_on = models.DateField("发证日期", null=True, blank=True)
    corners = models.JSONField("矿区范围拐点", default=list, blank=True)
    datum = models.CharField("坐标系", max_length=20, blank=True)
    zone = models.PositiveSmallIntegerField("带号", null=True, blank=True)
    elevation_from = models.DecimalField(
        "开采标高自（米）", max_digits=8, decimal_places=2, null=True, blank=True
    )
    elevation_to = models.DecimalField(
        "开采标高至（米）", max_digits=8, decimal_places=2, null=True, blank=True
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LicenceQuerySet.as_manager()

    class Meta:
        verbose_name = "证照"
        ordering = ["kind", "-valid_to"]
        constraints = [models.UniqueConstraint(fields=["site", "kind", "number"], name="licence_once")]
        indexes = [models.Index(fields=["valid_to"])]


class GangMark(models.Model):
    """涉黑涉恶 mark with its history; a restricted record, never a column of the site."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="gang_marks")
    basis = models.CharField("依据", max_length=200)
    marked_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    marked_at = models.DateTimeField()
    lifted_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "涉黑涉恶标记"
        constraints = [
            models.UniqueConstraint(
                fields=["site"], condition=Q(lifted_at__isnull=True), name="one_live_mark"
            ),
        ]
