"""A draft: choose its kind, write it, put papers and goods on its lists."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from agencies.models import Agency, Member
from cases import retelling, sight, standing
from cases.actions import referrals
from cases.actions.referrals.drafting import editable
from cases.actions.referrals.manifest import GOODS_OPEN, OPEN
from cases.case_sight import open_to
from cases.edge_words import WHEN, kinds_for
from cases.edges import EDGES, Edge
from cases.forms.referrals import DraftForm, GoodsForm, PaperForm
from cases.models import Case, Goods, Paper, Referral
from cases.referral_files import files_for
from cases.referral_lists import open_goods
from cases.views.referral_parts import crumbs, held, visible
from core import drafts, gates
from core.errors import Conflict, NotAllowed
from core.pages import fresh_token, status_of, submitted, token_of
from core.web import MemberRequest, business, seen_version
from ledgers.models import Lead
from ledgers.subjects import title_of_lead

FORM = "referral"
NOBODY = "移送由单位的承办人、填表人或者负责人拟稿。"
OFFERED = 50  # leads and cases of one's own that a draft may be tied to


def senders_of(member: Member) -> list[Agency]:
    """Units in whose name the member may draft."""
    rows = Agency.objects.active().filter(pk__in={unit for unit, _ in member.posts})
    rows = rows.select_related("division").order_by("division__code", "pk")
    return [unit for unit in rows if standing.does_desk_work(member, unit)]


def offline_around(units: list[Agency]) -> list[Agency]:
    """线下单位 of the county and its city: what they send is put down here by the receiving unit's clerk."""
    codes = {unit.division.code[:n] for unit in units for n in (4, 6)}
    rows = Agency.objects.active().filter(online=False).select_related("division").order_by("pk")
    return [unit for unit in rows if unit.division.code[:6] in codes]


# the draft -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@business
def new(request: MemberRequest) -> HttpResponse:
    """Draft a referral; `?lead=`, `?case=` or `?prior=` ties it to what it comes from."""
    own = senders_of(request.user)
    if not own:
        raise NotAllowed(NOBODY)
    edge = request.GET.get("edge", "")
    sender = _offline_sender(request, own)
    if edge not in Edge.values:
        return _choose(request, [sender] if sender else own, own, sender)
    senders = [unit for unit in ([sender] if sender else own) if standing.may_send_kind(unit, edge)]
    if not senders:
        raise NotAllowed("本单位不办理这种移送，请另选类型。")
    tied = _tied(request)
    told = tied["case"] or tied["lead"]  # the form is filled in with what it says
    if told and request.method == "GET" and (asked := gates.held(request, told, told.matter)) is not None:
        return asked
    tips = _tips(request.user, **tied)
    form = DraftForm(
        request.POST if request.method == "POST" else None,
        initial=_from(tied, tips),
        retold=bool(tips),
        senders=senders,
        receivers=_receivers(edge, senders, own if sender else None),
        abouts=[] if any(tied.values()) or sender else abouts_of(request.user, senders),
    )

    def act(data: dict[str, Any]) -> Referral:
        return referrals.draft(
            by=request.user,
            edge=edge,
            sender=form.units[data["sender"]],
            token=token_of(request),
            **form.facts(),
            **(tied | _about(request.user, data.get("about", ""))),
        )

    made = submitted(request, form, act)
    if made:
        drafts.drop(member=request.user, form=FORM, object_key=_key(edge, tied))
        messages.success(request, f"移送{made.number}已存为草稿，请添加移送材料，再报请批准。")
        return redirect("cases:referral", made.pk)
    context = {
        "title": f"新建移送：{Edge(edge).label}",
        "lead": WHEN[edge],
        "crumbs": crumbs(),
        "form": form,
        "submit": "保存草稿",
        "draft": {"key": FORM, "object": _key(edge, tied)},
        "cancel_url": reverse("cases:referrals"),
        "client_token": fresh_token(request),
        "tied": [row for row in tied.values() if row],
        "basis": EDGES[edge].basis,
    }
    return render(request, "cases/referrals/draft.html", context, status=status_of(request, form))


def _offline_sender(request: MemberRequest, own: list[Agency]) -> Agency | None:
    wanted = request.GET.get("sender", "")
    return next((unit for unit in offline_around(own) if str(unit.pk) == wanted), None)


def _receivers(edge: str, senders: list[Agency], only: list[Agency] | None) -> list[Agency]:
    found = {unit.pk: unit for sender in senders for unit in standing.receivers_of(sender, edge)}
    if only is not None:  # put down for an 线下单位: it went to one's own unit
        mine = {unit.pk for unit in only}
        return [unit for unit in found.values() if unit.pk in mine]
    return list(found.values())


def _choose(
    request: MemberRequest, senders: list[Agency], own: list[Agency], offline: Agency | None
) -> HttpResponse:
    query = request.GET.copy()
    kinds = []
    for edge in {edge: None for unit in senders for edge in kinds_for(unit)}:
        if offline and not _receivers(edge, senders, own):
            continue
        query["edge"] = edge
        kinds.append({"label": edge.label, "when": WHEN[edge], "url": f"?{query.urlencode()}"})
    others = [] if offline else offline_around(own)
    context = {
        "title": f"代录：{offline.label}移来的移送" if offline else "新建移送",
        "crumbs": crumbs(),
        "kinds": kinds,
        "offline": [{"label": unit.name, "url": f"?sender={unit.pk}"} for unit in others],
    }
    return render(request, "cases/referrals/choose.html", context)


def _key(edge: str, tied: dict[str, Any]) -> str:
    """criminal,lead:12 – a draft says what it is about, so that it goes with the right to know of it."""
    return ",".join([edge, *(f"{name}:{row.pk}" for name, row in tied.items() if row)])


def _tied(request: MemberRequest) -> dict[str, Any]:
    """What the address ties the draft to; what is not in sight is 404."""
    found: dict[str, Any] = {"lead": None, "case": None, "prior": None}
    sources = {
        "lead": Lead.objects.visible_to(request.user),
        "case": Case.objects.visible_to(request.user),
        "prior": Referral.objects.visible_to(request.user),
    }
    for name, rows in sources.items():
        key = request.GET.get(name, "")
        if key:
            if not (key.isascii() and key.isdigit() and len(key) < 19):
                raise Http404
            found[name] = get_object_or_404(rows, pk=key)
    return found


def _tips(member: Member, lead: Lead | None, case: Case | None, prior: Referral | None) -> list[Lead]:
    source = case or lead or prior
    return retelling.tips_of(member, source.matter, case) if source else []


def _from(tied: dict[str, Any], tips: list[Lead]) -> dict[str, Any]:
    """What is known of it already, but for the words of a tip."""
    case, lead = tied["case"], tied["lead"]
    if case:
        known = {"title": case.title, "summary": case.facts}
        return {name: text for name, text in known.items() if not retelling.copies(text, tips)}
    if lead and not lead.is_tip and not retelling.copies(lead.text, tips):
        return {"summary": lead.text}
    return {}


def abouts_of(member: Member, senders: list[Agency]) -> list[tuple[str, str]]:
    """Leads and cases that the sending units hold, for a draft that began without one; sealed: the number."""
    units = [unit.pk for unit in senders]
    leads = Lead.objects.visible_to(member).filter(holder__in=units, withdrawn_at=None).order_by("-id")
    cases = Case.objects.visible_to(member).filter(holder__in=units, closed_at=None).order_by("-id")
    rows = list(cases[:OFFERED])
    told = open_to(member, rows)
    found = [
        (f"case:{row.pk}", f"案件 {row} {row.title if row.pk in told else ''}".strip()[:60]) for row in rows
    ]
    leads = leads.select_related("matter")[:OFFERED]
    return found + [(f"lead:{row.pk}", f"线索 {title_of_lead(row)}"[:60]) for row in leads]


def _about(member: Member, key: str) -> dict[str, Any]:
    kind, _, pk = key.partition(":")
    if not pk:
        return {}
    rows = {"lead": Lead.objects, "case": Case.objects}[kind].visible_to(member)
    return {kind: get_object_or_404(rows, pk=pk)}


def workable(request: MemberRequest, pk: int, statuses: tuple[str, ...] = ()) -> Referral:
    """A referral on which the member may work in one of `statuses`, without any: whose words they may change;
    else 404, or why not."""
    referral = visible(request, pk)
    if not sight.content_of(request.user, referral) or not standing.may_prepare(request.user, referral):
        raise Http404
    if standing.lists_wait(referral):
        raise Conflict(standing.WAITS_FOR_CHECK)
    if referral.status not in (statuses or editable(referral)):
        raise Conflict(f"现在的状态是“{referral.get_status_display()}”，不能改动内容和清单。")
    return referral


@require_http_methods(["GET", "POST"])
@business
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change what a draft says."""
    referral = workable(request, pk)
    fixed = [referral.receiver] if standing.on_paper(referral) else None
    form = DraftForm(
        request.POST if request.method == "POST" else None,
        senders=[referral.sender],
        receivers=fixed or list(standing.receivers_of(referral.sender, referral.edge)),
        retold=bool(retelling.tips_of(request.user, referral.matter, referral.case)),
        referral=referral,
    )
    done = submitted(
        request,
        form,
        lambda data: referrals.edit(
            referral=referral, by=request.user, version=seen_version(request), **form.facts()
        ),
    )
    if done:
        messages.success(request, "草稿已修改。")
        return redirect("cases:referral", pk)
    if (asked := held(request, referral)) is not None:
        return asked
    context = {
        "title": "修改移送",
        "lead": WHEN[referral.edge],
        "crumbs": crumbs(referral),
        "form": form,
        "submit": "保存",
        "version": request.POST.get("version") or referral.version,
        "cancel_url": reverse("cases:referral", args=[pk]),
        "client_token": fresh_token(request),
        "basis": referral.kind.basis,
    }
    return render(request, "cases/referrals/draft.html", context, status=status_of(request, form))


# papers and goods ----------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@business
def papers(request: MemberRequest, pk: int) -> HttpResponse:
    """移送材料清单: add a line, take one off."""
    referral = workable(request, pk, OPEN)
    form = PaperForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        offered=files_for(request.user, referral),
    )
    done = submitted(
        request, form, lambda data: referrals.add_paper(referral=referral, by=request.user, **form.facts())
    )
    if done:
        messages.success(request, f"已列入清单：{done.name}。")
        return redirect("cases:referral_papers", pk)
    if (asked := held(request, referral)) is not None:
        return asked
    lines = [
        {
            "row": row,
            "open": row.frozen_at is None,
            "file": reverse("cases:referral_paper_file", args=[pk, row.pk]) if row.file_id else "",
            "drop": reverse("cases:referral_paper_drop", args=[pk, row.pk]),
        }
        for row in referral.papers.select_related("file")
    ]
    context = {
        "title": "移送材料清单",
        "lead": "移送后清单锁定，材料名称和校验值不能再改；不移送的内容要写明理由。",
        "crumbs": crumbs(referral),
        "form": form,
        "multipart": True,
        "submit": "列入清单",
        "cancel_url": reverse("cases:referral", args=[pk]),
        "client_token": fresh_token(request),
        "lines": lines,
        "referral": referral,
        "wanted": PENAL_PAPERS if referral.edge == Edge.CRIMINAL else "",
    }
    return render(request, "cases/referrals/papers.html", context, status=status_of(request, form))


GOODS_LEAD = (
    "如实填写，立案后按清单移交，移交数量不超过清单数量。移送、补正、移交时清单锁定，之后又发现的可以再列入。"
)
PENAL_PAPERS = (
    "涉嫌犯罪案件应当附有：移送书、调查报告、涉案物品清单、有关检验报告或者鉴定意见、其他有关材料"
    "（第310号令第六条）。"
)


@require_POST
@business
def drop_paper(request: MemberRequest, pk: int, paper: int) -> HttpResponse:
    """Take a line off the manifest."""
    referral = workable(request, pk, OPEN)
    row = get_object_or_404(Paper.objects.filter(referral=referral), pk=paper)
    referrals.drop_paper(paper=row, by=request.user)
    messages.success(request, "已从清单中去掉。")
    return redirect("cases:referral_papers", pk)


@require_http_methods(["GET", "POST"])
@business
def goods(request: MemberRequest, pk: int) -> HttpResponse:
    """涉案物品清单: add a line, take one off."""
    referral = workable(request, pk, GOODS_OPEN)
    form = GoodsForm(request.POST if request.method == "POST" else None)
    done = submitted(
        request, form, lambda data: referrals.add_goods(referral=referral, by=request.user, **data)
    )
    if done:
        messages.success(request, f"已列入清单：{done.name}。")
        return redirect("cases:referral_goods", pk)
    if (asked := held(request, referral)) is not None:
        return asked
    free = set(open_goods(referral).values_list("pk", flat=True))
    lines = [
        {
            "row": row,
            "open": row.pk in free,
            "drop": reverse("cases:referral_goods_drop", args=[pk, row.pk]),
        }
        for row in referral.goods.all()
    ]
    context = {
        "title": "涉案物品清单",
        "lead": GOODS_LEAD,
        "crumbs": crumbs(referral),
        "form": form,
        "submit": "列入清单",
        "cancel_url": reverse("cases:referral", args=[pk]),
        "client_token": fresh_token(request),
        "lines": lines,
        "referral": referral,
    }
    return render(request, "cases/referrals/goods.html", context, status=status_of(request, form))


@require_POST
@business
def drop_goods(request: MemberRequest, pk: int, row: int) -> HttpResponse:
    """Take a line off the list of goods."""
    referral = workable(request, pk, GOODS_OPEN)
    referrals.drop_goods(
        goods=get_object_or_404(Goods.objects.filter(referral=referral), pk=row), by=request.user
    )
    messages.success(request, "已从清单中去掉。")
    return redirect("cases:referral_goods", pk)
