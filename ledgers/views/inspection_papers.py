"""An inspection as a page to print, a workbook, a Word document; each use is logged."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core import audit
from core.files import DOCX
from core.web import MemberRequest, business
from duties.models import Item
from ledgers import checklists
from ledgers.inspection_columns import FINDINGS, texts
from ledgers.inspection_papers import SIGNERS, Paper, write_docx, write_xlsx
from ledgers.inspection_rules import findings
from ledgers.models.inspections import CheckAnswer, Inspection
from ledgers.views.inspection_parts import opened, visible
from ledgers.views.parts import workbook as download
from minewatch.lib.clock import now


def paper_of(request: MemberRequest, pk: int) -> Paper:
    """What the reader may see of the inspection; 404 while it is not theirs to read."""
    inspection = visible(request, pk)
    if not opened(request, inspection):
        raise Http404
    order = {code: number for number, code in enumerate(checklists.questions())}
    rows = CheckAnswer.objects.filter(at_site__inspection=inspection).select_related(
        "at_site__site", "agency", "answered_by"
    )
    seen = Item.objects.visible_to(request.user).values("pk")
    return Paper(
        inspection,
        list(inspection.units.select_related("agency")),
        list(inspection.sites.select_related("site__agency")),
        list(inspection.subjects.select_related("agency")),
        sorted(rows, key=lambda row: (row.at_site_id, order.get(row.question, 999), row.agency_id)),
        list(
            findings(inspection).filter(pk__in=seen).select_related("agency", "found_by").order_by("number")
        ),
    )


def _logged(request: MemberRequest, inspection: Inspection, kind: str) -> None:
    audit.record(
        "export.made", actor=request.user, subject=inspection, facts={"form": "inspection", "as": kind}
    )


@require_GET
@business
def workbook(request: MemberRequest, pk: int) -> HttpResponse:
    """检查记录 and 问题清单."""
    paper = paper_of(request, pk)
    _logged(request, paper.inspection, "xlsx")
    return download(write_xlsx(paper), f"检查记录{paper.inspection.number}.xlsx")


@require_GET
@business
def document(request: MemberRequest, pk: int) -> HttpResponse:
    """检查情况 with the 问题清单."""
    paper = paper_of(request, pk)
    _logged(request, paper.inspection, "docx")
    return download(write_docx(paper), f"检查情况{paper.inspection.number}.docx", DOCX)


@require_GET
@business
def printed(request: MemberRequest, pk: int) -> HttpResponse:
    """The record to be printed and signed on site."""
    paper = paper_of(request, pk)
    _logged(request, paper.inspection, "print")
    tables = [
        {"title": title, "labels": [c.label for c in columns], "rows": [texts(columns, row) for row in rows]}
        for title, columns, rows in paper.tables()
    ]
    rows = [texts(FINDINGS, item) for item in paper.findings]
    if rows:
        tables.append({"title": "问题清单", "labels": [c.label for c in FINDINGS], "rows": rows})
    context = {
        "inspection": paper.inspection,
        "draft": paper.draft,
        "facts": paper.facts(),
        "tables": tables,
        "signers": SIGNERS,
        "mark": f"{request.user.name} {now():%Y-%m-%d %H:%M}",
    }
    return render(request, "ledgers/inspections/print.html", context)
