"""Every step of a referral: one page built from what the move asks, one door behind it; 核对 of 代录."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from agencies.models import Agency, Member
from cases import sight, standing
from cases.actions import referrals
from cases.edges import EDGES
from cases.forms.referral_moves import CheckForm, MoveForm, ScanForm
from cases.models import Referral, ReferralStep
from cases.referral_lists import goods_of, papers_of
from cases.states import REFERRAL_MOVES, ReferralMove
from cases.views.referral_buttons import move_label
from cases.views.referral_parts import SEALED, crumbs, held, own_limit_words, visible
from core.errors import Conflict, NotAllowed
from core.pages import fresh_token, status_of, submitted, token_of
from core.templatetags.mw import zh_datetime
from core.web import MemberRequest, business, seen_version

#: What cannot be taken back, said before it is done.
WARNINGS = {
    "report": "报请后，审批前不能再改内容和清单。",
    "send": "移送后材料清单锁定，对方即可查看清单所列材料。",
    "supplement": "补正后，新列入清单的材料一并移送并锁定。",
    "close": "办结后不能再办。",
    "recall": "撤回后对方不能再查看材料，本件结束。",
}
#: Before these the whole paper is laid out once more.
CHECKED = frozenset({"report", "send"})
PROXY = "{unit}在系统外办理，由您代录文号、时间和文书；由另一人核对后生效，期限从对方办理的时间起算。"


@require_http_methods(["GET", "POST"])
@business
def take(request: MemberRequest, pk: int, name: str) -> HttpResponse:
    """One move: its page, and the act."""
    referral = visible(request, pk)
    move = REFERRAL_MOVES.get(name)
    if move is None or EDGES[referral.edge].family not in move.families:
        raise Http404
    organ = standing.organ_of(referral, move)
    proxy = organ is not None and not organ.online
    form = _form(request, referral, move, proxy)
    if request.method == "GET":
        _must_be_legal(request.user, referral, move)
    done = submitted(request, form, lambda data: _act(request, referral, move, form))
    if done:
        messages.success(request, _done_words(done, organ))
        return redirect("cases:referral", pk)
    if (asked := held(request, referral)) is not None:
        return asked
    context = {
        "title": move_label(referral, move, organ),
        "lead": PROXY.format(unit=organ.label) if proxy and organ else _lead(referral, move),
        "crumbs": crumbs(referral),
        "form": form,
        "submit": f"确认{move_label(referral, move, organ)}",
        "version": request.POST.get("version") or referral.version,
        "cancel_url": reverse("cases:referral", args=[pk]),
        "client_token": fresh_token(request),
        "answers": answers(request.user, referral, move),
        "checked": name in CHECKED,
        "receipt_url": reverse("cases:referral_receipt", args=[pk]) if name == "receive" else "",
    }
    return render(request, "cases/referrals/take.html", context, status=status_of(request, form))


def _lead(referral: Referral, move: ReferralMove) -> str:
    """What to know before it is done: what cannot be taken back, how long there is for it."""
    left, _ = own_limit_words(referral, move)
    return f"期限：{left}。" if left else WARNINGS.get(move.name, "")


def _must_be_legal(member: Member, referral: Referral, move: ReferralMove) -> None:
    """The page of a move that is not legal now says so instead of asking for words in vain."""
    illegal = standing.why_illegal(referral, move)
    if illegal:
        raise Conflict(illegal)
    reason = standing.may(member, referral, move)
    if reason:
        raise NotAllowed(reason)


def _act(request: MemberRequest, referral: Referral, move: ReferralMove, form: MoveForm) -> ReferralStep:
    return referrals.take(
        referral=referral,
        move=move.name,
        by=request.user,
        version=seen_version(request),
        token=token_of(request),
        **form.facts(),
    )


def _form(request: MemberRequest, referral: Referral, move: ReferralMove, proxy: bool) -> MoveForm:
    return MoveForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        referral=referral,
        move=move,
        proxy=proxy,
        units=list(standing.units_for(referral, move)) if "unit" in move.asks else (),
        people=_people(referral.sender) if "officers" in move.asks else None,
        goods=list(referral.goods.filter(handed__lt=F("quantity"))) if "goods" in move.asks else (),
    )


def _people(unit: Agency) -> Any:
    """Who may be named: people of the unit with business."""
    return Member.objects.active().filter(agency=unit).order_by("pk")


def _done_words(step: ReferralStep, organ: Agency | None) -> str:
    if step.state == ReferralStep.State.PENDING:
        return f"已代录{organ.label if organ else ''}“{step.label}”，请另一人核对，核对后生效。"
    return f"已办理：{step.label}。"


def answers(member: Member, referral: Referral, move: ReferralMove) -> list[dict[str, Any]]:
    """What the move is about; before the report and the hand-over the whole of it, with where to mend it."""
    content = sight.content_of(member, referral)
    may_edit = move.name == "report" and standing.may_prepare(member, referral)

    def at(name: str) -> str:
        return reverse(f"cases:{name}", args=[referral.pk]) if may_edit else ""

    rows: list[tuple[str, str, str]] = [
        ("移送编号", referral.number, ""),
        ("类型", referral.get_edge_display(), ""),
        ("移送单位", referral.sender.name, ""),
        ("接收单位", referral.receiver.name, at("referral_edit")),
        ("案由", referral.title if content else SEALED, at("referral_edit")),
    ]
    if content and move.name in (*CHECKED, "approve"):
        lines = list(papers_of(member, referral))
        papers = [f"{row.name}（{row.copies}份）" for row in lines if row.goes_over]
        withheld = [f"{row.name}：{row.withheld}" for row in lines if row.withheld]
        goods = [row.name for row in goods_of(member, referral)]
        officers = [row.member.name for row in referral.officers.select_related("member")]
        rows += [
            ("事实和理由", referral.summary, at("referral_edit")),
            ("请求事项", referral.purpose or "（未填）", at("referral_edit")),
            ("依据", referral.kind.basis, ""),
            ("移送材料", "、".join(papers) or "（没有）", at("referral_papers")),
            ("不移送的内容", "；".join(withheld) or "（没有）", at("referral_papers")),
            ("涉案物品", "、".join(goods) or "（没有）", at("referral_goods")),
            *([("办案人员", "、".join(officers), "")] if officers else []),
        ]
    return [{"label": label, "value": value, "edit_url": url} for label, value, url in rows]


@require_http_methods(["GET", "POST"])
@business
def scan(request: MemberRequest, pk: int, step: int) -> HttpResponse:
    """盖章扫描件: the paper of a step that was printed, sealed and scanned back."""
    referral = visible(request, pk)
    rows = sight.readable_steps(request.user).filter(referral=referral, state=ReferralStep.State.TAKEN)
    row = get_object_or_404(rows.select_related("referral", "organ"), pk=step)
    reason = referrals.why_not_scan(request.user, row)
    if reason:
        raise NotAllowed(reason)
    form = ScanForm(request.POST if request.method == "POST" else None, request.FILES or None)
    done = submitted(
        request, form, lambda data: referrals.attach_scan(step=row, by=request.user, upload=data["upload"])
    )
    if done:
        messages.success(request, "扫描件已存入。")
        return redirect("cases:referral", pk)
    if (asked := held(request, referral)) is not None:
        return asked
    context = {
        "title": f"存入盖章扫描件：{row.label}",
        "lead": "文书打印、盖章后扫描存入；这一步已经写下的内容不变。",
        "crumbs": crumbs(referral),
        "form": form,
        "submit": "存入",
        "cancel_url": reverse("cases:referral", args=[pk]),
        "client_token": fresh_token(request),
        "answers": [
            {"label": "移送编号", "value": referral.number},
            {"label": "步骤", "value": row.label},
            {"label": "办理单位", "value": row.organ.name},
        ],
    }
    return render(request, "cases/referrals/take.html", context, status=status_of(request, form))


@require_http_methods(["GET", "POST"])
@business
def check(request: MemberRequest, pk: int, step: int) -> HttpResponse:
    """核对 of a step that a colleague put down for an 线下单位."""
    referral = visible(request, pk)
    row = get_object_or_404(
        sight.readable_steps(request.user)
        .filter(referral=referral, proxy=True)
        .select_related("referral", "by__agency", "organ", "file", "unit"),
        pk=step,
    )
    form = CheckForm(request.POST if request.method == "POST" else None)
    if request.method == "GET" and row.state != ReferralStep.State.PENDING:
        return redirect("cases:referral", pk)
    reason = standing.may_check(request.user, row)
    if reason:
        raise NotAllowed(reason)
    done = submitted(
        request,
        form,
        lambda data: referrals.check_proxy(
            step=row,
            by=request.user,
            agreed=data["agreed"] == "yes",
            note=data["note"],
            version=seen_version(request),
        ),
    )
    if done:
        agreed = done.state == ReferralStep.State.TAKEN
        messages.success(request, "核对通过，这一步已生效。" if agreed else "核对不予通过，这一步不生效。")
        return redirect("cases:referral", pk)
    if (asked := held(request, referral)) is not None:
        return asked
    context = {
        "title": f"核对代录：{row.label}",
        "lead": "请对照文书扫描件，逐项核对代录内容。",
        "crumbs": crumbs(referral),
        "form": form,
        "submit": "提交核对结果",
        "version": request.POST.get("version") or row.version,
        "cancel_url": reverse("cases:referral", args=[pk]),
        "client_token": fresh_token(request),
        "answers": _proxy_facts(referral, row),
    }
    return render(request, "cases/referrals/take.html", context, status=status_of(request, form))


def _proxy_facts(referral: Referral, row: ReferralStep) -> list[dict[str, Any]]:
    scan = reverse("cases:referral_step_file", args=[referral.pk, row.pk, row.file_id]) if row.file_id else ""
    rows = [
        ("移送编号", referral.number, ""),
        ("办理单位", row.organ.name, ""),
        ("步骤", row.label, ""),
        ("办理时间", zh_datetime(row.happened_at), ""),
        ("文号", row.number, ""),
        ("结果", row.get_result_display() if row.result else "", ""),
        ("转送单位", row.unit.name if row.unit else "", ""),
        ("说明", row.text, ""),
        ("代录人", row.by.label if row.by else "", ""),
        ("文书扫描件", "打开扫描件" if scan else "", scan),
    ]
    return [{"label": label, "value": value, "url": url} for label, value, url in rows if value]
