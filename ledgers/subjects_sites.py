"""How the house speaks of sites, licences and uploads (core.registry)."""

from django.db.models import QuerySet
from django.urls import reverse

from agencies.models import Member
from core.models import Upload
from core.registry import Subject, hang, register
from duties.watch import register as every_day
from ledgers import site_search, watch
from ledgers.inlets import visible_uploads
from ledgers.models import Licence, Site
from minewatch.lib.text import fold


def _search_licences(member: Member, text: str) -> QuerySet[Licence]:
    """By number; a licence is otherwise found through its site."""
    rows = Licence.objects.visible_to(member).filter(number__icontains=fold(text).replace(" ", ""))
    return rows.select_related("site").order_by("number", "pk")


register(
    Site,
    Subject(
        label="监管对象",
        visible_to=lambda member: Site.objects.visible_to(member),
        url=lambda row: reverse("ledgers:site", args=[row.pk]),
        title=lambda row: f"{row.name}（{row.number}）",
        search=site_search.found,
    ),
)
register(
    Licence,
    Subject(
        label="证照",
        visible_to=lambda member: Licence.objects.visible_to(member),
        url=lambda row: reverse("ledgers:licence", args=[row.pk]),
        title=lambda row: f"{row.site.name}{row.get_kind_display()}（{row.number}）",
        search=_search_licences,
    ),
)
register(
    Upload,
    Subject(
        label="表格导入",
        visible_to=visible_uploads,
        url=lambda row: reverse("ledgers:upload", args=[row.pk]),
        title=lambda row: row.file.name if row.file else "表格导入",
    ),
)

every_day(watch.round_of)
hang("ledgers", "巡查覆盖", "ledgers:coverage")
