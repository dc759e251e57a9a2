"""Making and editing a campaign in the browser: a draft, part by part or as a file, then preview and force.

Every page writes the whole draft through `actions.campaigns.edit_draft` with the version it was shown with.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.forms import Form
from agencies.models import Agency, AgencyKind
from core import audit
from core.errors import DomainError, NotAllowed
from core.pages import fresh_token, status_of, submitted, token_of
from core.web import MemberRequest, business, seen_version
from duties import definitions
from duties.actions import campaigns as doors
from duties.actions.campaign_drafts import discard as discard_draft
from duties.deadline_words import part_words
from duties.definitions import BadCampaign, Definition
from duties.forms.definition import HeadForm, StageForm, UnitForm
from duties.forms.task_definition import GROUPS, TaskForm
from duties.holders import oversees
from duties.models import Campaign
from duties.views.campaigns import CAMPAIGNS, DUTIES

Data = dict[str, Any]
ADD = "new"


def editable(request: MemberRequest, pk: int) -> Campaign:
    """A campaign in sight that the reader may edit. Raises Http404, NotAllowed."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    if not oversees(request.user):
        raise NotAllowed("专项行动由专班办公室维护。")
    return campaign


def content(campaign: Campaign) -> Data:
    """The draft, or a copy of what is in force."""
    return deepcopy(campaign.draft or campaign.definition)


def text_of(data: Data) -> str:
    """The content as a file's text, complete or not."""
    return definitions.dump(Definition(data))


class NewForm(Form):
    """A fresh campaign, or a file."""

    file = forms.FileField(label="方案文件", required=False, help_text="已有方案文件的，直接上传。")
    key = forms.SlugField(
        label="代码", max_length=40, required=False, help_text="小写字母、数字和短横线，如拼音加年份。"
    )
    name = forms.CharField(label="名称", max_length=120, required=False)

    def clean(self) -> Data:
        """Either a file, or code and name."""
        data = super().clean()
        if not data.get("file"):
            for field in ("key", "name"):
                if not data.get(field) and field not in self.errors:
                    self.add_error(field, f"没有上传文件的，请填写{self.fields[field].label}。")
        return data


@require_http_methods(["GET", "POST"])
@business
def new(request: MemberRequest) -> HttpResponse:
    """新建专项行动."""
    if not oversees(request.user):
        raise NotAllowed("专项行动由专班办公室新建。")
    form = NewForm(request.POST or None, request.FILES or None)
    problems: list[str] = []

    def make(data: Data) -> Campaign:
        upload = data.get("file")
        definition = definitions.read(upload.read(), upload.name) if upload else None
        return doors.create(
            county=request.user.agency.county,
            key=definition.key if definition else data["key"],
            name=definition.data["name"] if definition else data["name"],
            definition=definition.data if definition else None,
            by=request.user,
            token=token_of(request),
        )

    try:
        campaign = submitted(request, form, make)
    except BadCampaign as error:
        campaign, problems = None, error.lines
    if campaign:
        return redirect(f"/duties/campaigns/{campaign.pk}/edit/")
    return _form(
        request, form, "新建专项行动", [DUTIES, CAMPAIGNS], submit="新建", problems=problems, multipart=True
    )


def _form(
    request: MemberRequest, form: forms.Form, title: str, crumbs: list[Data], **more: Any
) -> HttpResponse:
    context = {
        "title": title,
        "crumbs": crumbs,
        "form": form,
        "client_token": fresh_token(request),
        **more,
    }
    status = 400 if more.get("problems") else status_of(request, form)
    return render(request, more.pop("template", "patterns/form.html"), context, status=status)


def crumbs_of(campaign: Campaign) -> list[Data]:
    """Up to the editing page."""
    return [
        DUTIES,
        CAMPAIGNS,
        {"label": campaign.name, "url": f"/duties/campaigns/{campaign.pk}/"},
        {"label": "修改", "url": f"/duties/campaigns/{campaign.pk}/edit/"},
    ]


@require_GET
@business
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """The draft in its parts, with what is still wrong."""
    campaign = editable(request, pk)
    data = content(campaign)
    context = {
        "title": "修改专项行动",
        "crumbs": crumbs_of(campaign)[:-1],
        "campaign": campaign,
        "data": data,
        "edited": campaign.draft is not None,
        "units": [(key, row) for key, row in (data.get("units") or {}).items()],
        "tasks": [(row, part_words(row)) for row in data.get("tasks") or []],
        "problems": definitions.check(data),
        "version": campaign.version,
        "client_token": fresh_token(request),
    }
    return render(request, "duties/campaigns/edit.html", context)


def _save(request: MemberRequest, campaign: Campaign, data: Data) -> Campaign:
    return doors.edit_draft(
        campaign=campaign, definition=data, by=request.user, version=seen_version(request)
    )


def _part(
    request: MemberRequest,
    campaign: Campaign,
    form: forms.Form,
    title: str,
    change: Callable[[Data], None],
    **more: Any,
) -> HttpResponse:
    """One part's form; `change` puts the answer into the draft."""

    def act(_: Data) -> Campaign:
        data = content(campaign)
        change(data)
        return _save(request, campaign, data)

    if submitted(request, form, act):
        messages.success(request, "已存入修改稿，生效前不影响任何任务。")
        return redirect(f"/duties/campaigns/{campaign.pk}/edit/")
    version = request.POST.get("version") or campaign.version
    return _form(request, form, title, crumbs_of(campaign), submit="存入修改稿", version=version, **more)


@require_http_methods(["GET", "POST"])
@business
def head(request: MemberRequest, pk: int) -> HttpResponse:
    """Name, number, organ, days."""
    campaign = editable(request, pk)
    form = HeadForm(request.POST or None, initial=HeadForm.initial_of(content(campaign)))
    return _part(request, campaign, form, "基本情况", lambda data: data.update(form.part()))


@require_http_methods(["GET", "POST"])
@business
def unit(request: MemberRequest, pk: int, key: str) -> HttpResponse:
    """One unit key, or a new one."""
    campaign = editable(request, pk)
    units = content(campaign).get("units") or {}
    fresh = key == ADD and key not in units
    if not fresh and key not in units:
        raise Http404
    initial = {"mode": "kind"} if fresh else UnitForm.initial_of(key, units[key])
    others = {name: row for name, row in units.items() if name != key}
    form = UnitForm(request.POST or None, initial=initial, others=others)

    def change(data: Data) -> None:
        units, name = data.setdefault("units", {}), form.cleaned_data["key"]
        if name != key and name in units:
            raise DomainError(f"代码“{name}”已经用过，请换一个。", field="key")
        kept = {(name if old == key else old): row for old, row in units.items()}
        data["units"] = kept | {name: form.part()}

    return _part(request, campaign, form, "新增单位" if fresh else "修改单位", change)


@require_http_methods(["GET", "POST"])
@business
def stage(request: MemberRequest, pk: int, code: str) -> HttpResponse:
    """One stage, or a new one."""
    campaign = editable(request, pk)
    rows = content(campaign).get("stages") or []
    before = _row(rows, code)
    form = StageForm(request.POST or None, initial=StageForm.initial_of(before or {}))
    title = "修改阶段" if before else "新增阶段"
    return _part(
        request, campaign, form, title, lambda data: _put(data.setdefault("stages", []), code, form.part())
    )


@require_http_methods(["GET", "POST"])
@business
def task(request: MemberRequest, pk: int, code: str) -> HttpResponse:
    """One task, or a new one."""
    campaign = editable(request, pk)
    draft = content(campaign)
    before = _row(draft.get("tasks") or [], code)
    form = TaskForm(
        request.POST or None, initial=TaskForm.initial_of(before) if before else {"kind": "task"}, draft=draft
    )
    return _part(
        request,
        campaign,
        form,
        "修改任务" if before else "新增任务",
        lambda data: _put(data.setdefault("tasks", []), code, form.part(before)),
        groups=[{"legend": legend, "fields": names} for legend, names in GROUPS],
    )


def _row(rows: list[Data], code: str) -> Data | None:
    """The row of that code; None for a new one. Raises Http404 for a code that is not there."""
    found = next((row for row in rows if str(row.get("code")) == code), None)
    if found is None and code != ADD:
        raise Http404
    return found


def _put(rows: list[Data], code: str, row: Data) -> None:
    for number, old in enumerate(rows):
        if str(old.get("code")) == code:
            rows[number] = row
            return
    rows.append(row)


@require_POST
@business
def remove(request: MemberRequest, pk: int, what: str, code: str) -> HttpResponse:
    """Take a unit, stage or task out of the draft; what was done for it stays when the draft takes force."""
    campaign = editable(request, pk)
    data = content(campaign)
    if what == "units":
        (data.get("units") or {}).pop(code, None)
    elif what in ("stages", "tasks"):
        data[what] = [row for row in data.get(what) or [] if str(row.get("code")) != code]
    else:
        raise Http404
    _save(request, campaign, data)
    messages.success(request, "已从修改稿中删去。")
    return redirect(f"/duties/campaigns/{pk}/edit/")


class TextForm(Form):
    """The whole definition as a file's text."""

    text = forms.CharField(
        label="方案文件",
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false"}),
        max_length=1_000_000,
    )


@require_http_methods(["GET", "POST"])
@business
def text(request: MemberRequest, pk: int) -> HttpResponse:
    """The whole definition as text: bodies, violations, routes, milestones and lists are edited here."""
    campaign = editable(request, pk)
    form = TextForm(request.POST or None, initial={"text": text_of(content(campaign))})
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            definition = definitions.read(form.cleaned_data["text"], "方案文件")
        except BadCampaign as error:
            problems = error.lines
        else:
            _save(request, campaign, definition.data)
            messages.success(request, "已存入修改稿，生效前不影响任何任务。")
            return redirect(f"/duties/campaigns/{pk}/edit/")
    version = request.POST.get("version") or campaign.version
    return _form(
        request,
        form,
        "整份方案文件",
        crumbs_of(campaign),
        submit="检查并存入修改稿",
        version=version,
        problems=problems,
    )


@require_http_methods(["GET", "POST"])
@business
def preview(request: MemberRequest, pk: int) -> HttpResponse:
    """What will be opened, moved, cancelled, and which unit each name means; then 生效."""
    campaign = editable(request, pk)
    bind = chosen_units(request)
    if request.method == "POST":
        doors.put_in_force(campaign=campaign, by=request.user, version=seen_version(request), bind=bind)
        messages.success(request, "已生效，任务已按方案生成。")
        return redirect(f"/duties/campaigns/{pk}/")
    found = doors.preview(campaign=campaign, bind=bind, by=request.user)
    context = {
        "title": "生效前核对",
        "crumbs": crumbs_of(campaign),
        "campaign": campaign,
        "problems": [one.text for one in found.problems],
        "loaded": found.loaded,
        "units": unit_choices(campaign, bind),
        "agencies": county_units(campaign),
        "bind": bind,
        "version": campaign.version,
        "client_token": fresh_token(request),
    }
    return render(request, "duties/campaigns/preview.html", context)


def chosen_units(request: MemberRequest) -> dict[str, str]:
    """KEY → unit code or "none" from the page's selects; empty ones are left to the county's own unit."""
    sent = request.POST if request.method == "POST" else request.GET
    return {name[5:]: value for name, value in sent.items() if name.startswith("bind_") and value}


def unit_choices(campaign: Campaign, bind: dict[str, str]) -> list[Data]:
    """Names of the notice that mean one unit each."""
    rows = content(campaign).get("units") or {}
    return [
        {"key": key, "name": row.get("name", key), "code": bind.get(key, "")}
        for key, row in rows.items()
        if isinstance(row, dict) and row.get("kind")
    ]


def county_units(campaign: Campaign) -> list[Agency]:
    """Units a name may mean: the county's bureaus and townships, and the city's office."""
    code = campaign.county.code
    here = Q(division__code__startswith=code) | Q(division__code=code[:4])
    units = Agency.objects.active().filter(here).exclude(kind=AgencyKind.VILLAGE)
    return list(units.order_by("division__code", "code"))


@require_POST
@business
def discard(request: MemberRequest, pk: int) -> HttpResponse:
    """Throw the draft away; what is in force stays."""
    campaign = editable(request, pk)
    discard_draft(campaign=campaign, by=request.user, version=seen_version(request))
    messages.success(request, "修改稿已放弃。")
    return redirect(f"/duties/campaigns/{pk}/")


@require_GET
@business
def as_file(request: MemberRequest, pk: int) -> HttpResponse:
    """The campaign as a file that can be loaded again."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    answer = HttpResponse(
        text_of(campaign.definition), content_type="application/yaml; charset=utf-8"
    )
    audit.record("export.made", actor=request.user, facts={"what": "campaign", "rows": 1})
    answer["Content-Disposition"] = f'attachment; filename="{campaign.key}.yaml"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
