"""Draft autosave: a POST every few seconds from the typing member, nobody else's eyes."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from core import drafts
from core.web import MemberRequest, body_json, business
from minewatch.lib.clock import SHANGHAI


@require_POST
@business
def save(request: MemberRequest) -> HttpResponse:
    """JSON {form, object, fields} → {saved_at: "10:32"}."""
    data = body_json(request)
    fields = data.get("fields")
    draft = drafts.save(
        member=request.user,
        form=str(data.get("form", "")),
        object_key=str(data.get("object", "")),
        fields=fields if isinstance(fields, dict) else {},
    )
    return JsonResponse({"saved_at": f"{draft.saved_at.astimezone(SHANGHAI):%H:%M}"})


@require_GET
@business
def load(request: MemberRequest) -> HttpResponse:
    """?form=&object= → {fields, saved_at} of one's own draft, or {}."""
    draft = drafts.load(
        member=request.user,
        form=request.GET.get("form", "")[:40],
        object_key=request.GET.get("object", "")[:60],
    )
    if draft is None:
        return JsonResponse({})
    saved = draft.saved_at.astimezone(SHANGHAI)
    return JsonResponse({"fields": draft.fields, "saved_at": f"{saved:%Y年%-m月%-d日 %H:%M}"})


@require_POST
@business
def drop(request: MemberRequest) -> HttpResponse:
    """JSON {form, object}: forget one's own draft."""
    data = body_json(request)
    drafts.drop(member=request.user, form=str(data.get("form", "")), object_key=str(data.get("object", "")))
    return JsonResponse({})
