"""Downloads: a report's papers, and official form 1 of a sheet or of a unit and period."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from agencies.models.units import COUNTY_WIDE
from agencies.scope import readable_agencies
from core import audit
from core.files import XLSX
from core.views.files import send_file
from core.web import MemberRequest, business
from ledgers.actions.sheets import rows_of
from ledgers.models import Sheet
from minewatch.lib.clock import now
from minewatch.lib.periods import period_of
from reports import official, reading
from reports.actions import make_papers
from reports.actions.papers import content_of, file_name
from reports.actions.watch import start_draft
from reports.figures import FIGURES, Scope
from reports.forms import OfficialForm
from reports.models import Report
from reports.rights import may_make
from reports.snapshot import snapshot
from reports.views.figures import asked
from reports.views.parts import report_of
from reports.writers import WRITERS

INLINE_ROWS = 3000  # a longer draft is written by a job


@require_GET
@business
def download(request: MemberRequest, pk: int, ending: str) -> HttpResponse:
    """The kept paper of a submitted report; of a draft the paper as the data stand now."""
    report = report_of(request.user, pk)
    if ending not in WRITERS:
        raise Http404
    facts = {"format": ending, "issue": report.issue if reading.is_frozen(report) else 0}
    audit.record("export.made", actor=request.user, agency=report.agency, subject=report, facts=facts)
    if reading.is_frozen(report):
        return send_file(make_papers(report=report)[ending].file)
    if reading.live(report)["patrols"] > INLINE_ROWS and may_make(request.user, report.agency):
        messages.info(request, "记录较多，正在后台生成，做完后在报表页下载。")
        return redirect("reports:job", start_draft(report, member=request.user).pk)
    return _draft(report, ending)


def _draft(report: Report, ending: str) -> HttpResponse:
    write, kind, _words = WRITERS[ending]
    return _attachment(write(content_of(report)), kind, file_name(report, ending))


def _attachment(data: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
@business
def form_choose(request: MemberRequest) -> HttpResponse:
    """Unit and period of official form 1; once they can be read, on to the download."""
    units = readable_agencies(request.user).select_related("division", "parent")
    first = {"agency": request.user.agency.code, "period": period_of(now().date(), "month").key}
    sent = "period" in request.GET
    form = OfficialForm(
        request.GET if sent else None,
        initial=first,
        units=units.order_by("division__code", "code"),
        county_wide=units.filter(kind__in=COUNTY_WIDE).exists(),
    )
    if sent and form.is_valid():
        facts = form.cleaned_data
        query = {"agency": facts["agency"].code, "period": facts["period"]}
        query |= {"split": "1"} if facts.get("split") else {}
        return redirect(f"{reverse('reports:form_patrol')}?{urlencode(query)}")
    context = {
        "title": "导出官方表格",
        "crumbs": [{"label": "台账", "url": "/ledgers/"}],
        "lead": "按官方格式导出《巡查检查台账》，含本单位和下级单位这一期间的记录。",
        "form": form,
        "submit": "下载",
        "cancel_url": "/ledgers/",
    }
    return render(request, "reports/form_choose.html", context, status=400 if form.errors else 200)


@require_GET
@business
def form_patrol(request: MemberRequest) -> HttpResponse:
    """/reports/forms/patrol/?sheet=… or ?agency=&period=[&split=1]: form 1 of what the member may read."""
    if request.GET.get("sheet"):
        return _sheet(request, request.GET["sheet"])
    want = asked(request)
    if want is None:
        raise Http404
    unit = want.unit or want.scope.agency
    with snapshot():
        rows = FIGURES["patrols"].rows(Scope.of(request.user, want.unit), want.period.window)
        split = request.GET.get("split") == "1"
        books = official.books_of(unit, want.period.window, rows, split=split)
    facts = {"form": "patrol", "period": want.period.key, "rows": sum(len(book.rows) for book in books)}
    audit.record("export.made", actor=request.user, agency=unit, facts=facts)
    return _attachment(official.workbook(books), XLSX, f"patrol-{unit.code}-{want.period.key}.xlsx")


def _sheet(request: MemberRequest, key: str) -> HttpResponse:
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        raise Http404
    sheet = get_object_or_404(
        Sheet.objects.visible_to(request.user).select_related("agency__division"), pk=key
    )
    book = official.sheet_book(sheet, rows_of(sheet).select_related(None))
    audit.record(
        "export.made", actor=request.user, agency=sheet.agency, subject=sheet, facts={"form": "patrol"}
    )
    return _attachment(official.workbook([book]), XLSX, f"patrol-{sheet.agency.code}-{sheet.period}.xlsx")
