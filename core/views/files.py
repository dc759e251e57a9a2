"""Downloads: the file's subject decides who may have it; nothing is served inline as a page."""

from urllib.parse import quote

from django.http import FileResponse, Http404, HttpResponse
from django.views.decorators.http import require_GET

from core import audit, gates
from core.access import matters_known
from core.models import StoredFile
from core.registry import resolve
from core.web import MemberRequest, business


def readable_file(member: object, pk: int) -> StoredFile:
    """The file if its subject (and its matter) are visible to the member. Raises Http404."""
    row = StoredFile.objects.filter(pk=pk).first()
    if row is None or resolve(row.subject_kind, row.subject_id, member) is None:
        raise Http404
    if row.matter_id and not matters_known(member).filter(pk=row.matter_id).exists():
        raise Http404
    return row


def send_file(row: StoredFile, *, view: bool = False) -> HttpResponse:
    """The bytes as an attachment (a photo's view copy inline), never sniffed, sandboxed.

    Of a photo that is `view_only` (an informant took it) the copy goes out whatever is asked for.
    """
    if row.facts.get("view_only"):
        if not row.copy:
            raise Http404
        view = True
    stored = row.copy if view and row.copy else row.path
    response = FileResponse(
        stored.open("rb"), content_type="image/jpeg" if view and row.copy else row.content_type
    )
    place = "inline" if view and row.copy else "attachment"
    response["Content-Disposition"] = f"{place}; filename*=UTF-8''{quote(row.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_GET
@business
def download(request: MemberRequest, pk: int) -> HttpResponse:
    """The original, logged."""
    row = readable_file(request.user, pk)
    held = _held(request, row)
    if held is not None:
        return held
    audit.record("file.read", actor=request.user, subject=row, matter=row.matter)
    return send_file(row)


@require_GET
@business
def view(request: MemberRequest, pk: int) -> HttpResponse:
    """A photo's view copy without EXIF, for the page."""
    row = readable_file(request.user, pk)
    if not row.copy:
        raise Http404
    return _held(request, row) or send_file(row, view=True)


def _held(request: MemberRequest, row: StoredFile) -> HttpResponse | None:
    """What must be answered before a file of sealed content opens."""
    found = resolve(row.subject_kind, row.subject_id, request.user)
    return gates.held(request, found[1], row.matter) if found else None
