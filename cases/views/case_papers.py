"""Papers of a case as Word documents, for who may read the case; each download is logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from cases.papers.case_papers import FORMS, offered, paper
from cases.views.case_parts import readable
from core import audit, gates
from core.files import DOCX
from core.pages import workbook
from core.web import MemberRequest, business

if TYPE_CHECKING:
    from cases.models import Case


@require_GET
@business
def docx(request: MemberRequest, pk: int, name: str) -> HttpResponse:
    """One paper; its file is named by the register number and the kind alone."""
    case = readable(request, pk)
    if name not in offered(case):
        raise Http404
    held = gates.held(request, case, case.matter)
    if held is not None:
        return held
    facts = {"form": f"case.{name}", "as": "docx", "number": case.serial}
    audit.record("export.made", actor=request.user, subject=case, matter=case.matter, facts=facts)
    return workbook(paper(case, name), f"{case.serial}{FORMS[name].label}.docx", DOCX)


def links(case: Case) -> list[dict[str, str]]:
    """The papers that may be had, for the record."""
    rows = offered(case).items()
    return [
        {"label": form.label, "url": reverse("cases:case_paper", args=[case.pk, name])} for name, form in rows
    ]
