"""Division 行政区划 and Agency 单位."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from minewatch.lib.text import initials


class Division(models.Model):
    """An administrative division; its 2/4/6/9/12-digit code is the tree.

    Source: 统计用区划代码 (12 digits: 省2+市2+县2+乡3+村3). Names and mergers change,
    hence valid_from/valid_to.
    """

    code = models.CharField("区划代码", max_length=12)
    name = models.CharField("名称", max_length=60)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    valid_from = models.DateField("启用日期", null=True, blank=True)
    valid_to = models.DateField("停用日期", null=True, blank=True)
    min_lon = models.FloatField("最小经度（度）", null=True, blank=True)
    min_lat = models.FloatField("最小纬度（度）", null=True, blank=True)
    max_lon = models.FloatField("最大经度（度）", null=True, blank=True)
    max_lat = models.FloatField("最大纬度（度）", null=True, blank=True)

    class Meta:
        verbose_name = "行政区划"
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_from__isnull=True), name="division_once_undated"
            ),
            models.UniqueConstraint(fields=["code", "valid_from"], name="division_once"),
        ]
        ordering = ["code"]

    LEVELS = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}

    @property
    def level(self) -> str:
        """province, city, county, township or village, by the length of the code."""
        return self.LEVELS.get(len(self.code), "other")

    @property
    def bbox(self) -> tuple[float, float, float, float] | None:
        """(min_lon, min_lat, max_lon, max_lat) in degrees, or None when not set."""
        box = (self.min_lon, self.min_lat, self.max_lon, self.max_lat)
        return None if None in box else box  # type: ignore[return-value]

    def __str__(self) -> str:
        return self.name


class AgencyKind(models.TextChoices):
    """Kinds of 单位; routing, duties and scope are read from them."""

    COUNTY = "county", "县政府"
    JOINT_OFFICE = "joint_office", "专班办公室"
    NATURAL_RESOURCES = "natural_resources", "自然资源"
    POLICE = "police", "公安"
    ECOLOGY = "ecology", "生态环境"
    EMERGENCY = "emergency", "应急管理"
    WATER = "water", "水利"
    ENERGY = "energy", "能源"
    FORESTRY = "forestry", "林业"
    MARKET = "market", "市场监管"
    TRANSPORT = "transport", "交通运输"
    POWER_GRID = "power_grid", "供电"
    TAX = "tax", "税务"
    DEVELOPMENT = "development", "发展改革"
    PUBLICITY = "publicity", "宣传"
    DISCIPLINE = "discipline", "纪检监察"
    GANG_OFFICE = "gang_office", "扫黑办"
    PROCURATORATE = "procuratorate", "检察院"
    COURT = "court", "法院"
    TOWNSHIP = "township", "乡镇（街道）"
    VILLAGE = "village", "村（社区）"
    CITY_OFFICE = "city_office", "市专项行动办公室"
    FINANCE = "finance", "财政"
    PERSONNEL = "personnel", "人力资源和社会保障"
    STAFFING = "staffing", "编办"
    APPROVAL = "approval", "行政审批"
    SYSTEM = "system", "系统运行"


class AgencyQuerySet(models.QuerySet["Agency"]):
    """Reads of units."""

    def active(self) -> AgencyQuerySet:
        """Units in service."""
        return self.filter(is_active=True)

    def under(self, agency: Agency) -> AgencyQuerySet:
        """`agency` and every unit below it by division code."""
        if agency.kind in (AgencyKind.VILLAGE, AgencyKind.SYSTEM):
            return self.filter(pk=agency.pk)
        if agency.kind == AgencyKind.TOWNSHIP:
            return self.filter(division__code__startswith=agency.division.code)
        if agency.kind in COUNTY_WIDE:
            return self.filter(division__code__startswith=agency.division.code)
        return self.filter(pk=agency.pk)


# Units whose reports and readers span the whole division. Default deny: a bureau
# that is not named here reads its own ledgers only.
COUNTY_WIDE = (AgencyKind.COUNTY, AgencyKind.JOINT_OFFICE, AgencyKind.NATURAL_RESOURCES)


class Agency(models.Model):
    """A unit 单位: bureau, township, village, joint office."""

    code = models.SlugField("单位代码", max_length=40, unique=True)
    name = models.CharField("单位名称", max_length=80)
    short_name = models.CharField("简称", max_length=30, blank=True)
    kind = models.CharField("类别", max_length=20, choices=AgencyKind.choices)
    division = models.ForeignKey(Division, models.PROTECT, related_name="agencies", verbose_name="行政区划")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    online = models.BooleanField("在线单位", default=True)
    is_active = models.BooleanField("在用", default=True)
    initials = models.CharField(max_length=80, blank=True, editable=False)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = "单位"
        ordering = ["division__code", "code"]

    def save(self, *args, **kwargs) -> None:
        """Keep the pinyin initials beside the name; search and pickers read them."""
        self.initials = initials(self.name)
        super().save(*args, **kwargs)

    @property
    def label(self) -> str:
        """Short name where there is one."""
        return self.short_name or self.name

    @property
    def county(self) -> Division:
        """The county division this unit belongs to."""
        code = self.division.code[:6]
        return (
            self.division if self.division.code == code else Division.objects.filter(code=code).latest("id")
        )

    def __str__(self) -> str:
        return self.name
