"""How the lower rooms reach a report: its subject, where its duties are done, its daily round."""

from django.urls import reverse

from core.registry import Subject, register
from duties import acts, watch
from reports import reading
from reports.actions import open_due
from reports.kinds import KINDS
from reports.models import Report


def title(report: Report) -> str:
    """青石镇2022年9月月报"""
    return f"{report.agency.label}{reading.period_words(report)}{reading.kind_of(report).label}"


register(
    Report,
    Subject(
        label="报表",
        visible_to=Report.objects.visible_to,
        url=lambda report: reverse("reports:show", args=[report.pk]),
        title=title,
    ),
)
for kind in KINDS.values():
    acts.register(kind.proof, lambda duty: reverse("reports:of_duty", args=[duty.pk]), "去填报")
watch.register(open_due)
