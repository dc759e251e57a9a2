"""Supervision, meetings, orders, inspections, reports, made by their own doors, with secrets in them."""

from __future__ import annotations

import datetime as dt

from agencies.models import Division
from core import jobs, notices
from core.models import Notice
from duties.actions import accountability, cards, meetings, minutes, orders
from duties.actions import visits as visiting
from duties.actions.meetings import Attended
from duties.actions.minutes import DecisionRow
from duties.models import Decision, Receipt
from ledgers.actions import inspections, plans
from minewatch.lib.clock import day_end, now
from reports.actions import edit_narrative, open_draft, recompute
from reports.actions import submit as submit_report
from reports.kinds.base import HEADINGS
from tests.ledgers import checks, make
from tests.policy.rows import World
from tests.policy.world_rooms import DAY, file_of, pdf, picture


def build(world: World) -> None:
    """All of it; it stands on world_rooms."""
    _supervision(world)
    _meetings(world)
    _orders(world)
    _inspections(world)
    _reports(world)
    _papers(world)


def _supervision(world: World) -> None:
    cast = world.cast
    area = Division.objects.get(name="上湾村")
    row = visiting.assign(
        by=cast.office,
        leader=cast.leader,
        division=area,
        valid_from=dt.date(2026, 1, 1),
        basis="示政办〔2026〕1号",
    )
    world.row("assignment", "one", row, self_="leader")
    for way in ("routine", "secret"):
        visit = visiting.file_visit(
            member=cast.leader,
            assignment=row,
            at=now() - dt.timedelta(hours=3),
            way=way,
            place=world.secret(f"visit.{way}.place"),
            text=world.secret(f"visit.{way}.text"),
            demands=world.secret(f"visit.{way}.demands"),
            photos=(picture(),),
        )
        near = {"own": "county"} if way == "routine" else {"quiet": ("county", "office")}
        world.row("visit", way, visit, self_="leader", **near)
        file_of(world, f"visit_{way}", visit, **near)
    values = {"colour": "yellow", "basis": "示政办〔2026〕1号 五"}
    card = cards.propose(
        by=cast.office, agency=cast.unit("qingshi"), reason=world.secret("card.proposed"), **values
    )
    world.row("card", "proposed", card)
    shown = cards.propose(
        by=cast.office, agency=cast.unit("baiyang"), reason=world.secret("card.shown"), **values
    )
    cards.show(card=shown, by=cast.leader, expected_version=shown.version)
    world.row("card", "shown", shown, own="baiyang")
    record = accountability.record(
        by=cast.member("discipline"),
        kind="interview",
        agency=cast.unit("qingshi"),
        on=now().date() - DAY,
        reason=world.secret("accountability.reason"),
        basis="方案 五",
        decided_by_unit=cast.unit("discipline"),
        person=world.secret("accountability.person"),
        number=f"示纪〔2026〕{world.secret('accountability.number')}",
        document=pdf("决定.pdf"),
    )
    world.row("accountability", "one", record, own="qingshi", organ="discipline")
    file_of(world, "accountability", record, organ=("discipline", "office"))


def _meetings(world: World) -> None:
    cast = world.cast
    called = [cast.unit("nr"), cast.unit("qingshi")]
    values = {"planned_at": now() + 2 * DAY, "place": world.secret("meeting.place")}
    planned = meetings.plan(
        by=cast.office,
        agency=cast.unit("office"),
        units=called,
        title=world.secret("meeting.title"),
        **values,
    )
    near = {"own": "office", "called": ("nr", "qingshi")}
    world.row("meeting", "planned", planned, **near)
    held = meetings.plan(
        by=cast.office,
        agency=cast.unit("office"),
        units=called,
        title="专题会议",
        planned_at=now() - 2 * DAY,
        place="三楼",
    )
    seats = [Attended(one, "present", "张承办") for one in called]
    meetings.hold(meeting=held, by=cast.office, held_at=now() - DAY, chair="主任", attendance=seats)
    minutes.issue_minutes(
        meeting=held,
        by=cast.office,
        minutes=world.secret("meeting.minutes"),
        decisions=[DecisionRow(world.secret("meeting.decision"), cast.unit("nr"), now().date() + 9 * DAY)],
    )
    world.row("meeting", "minuted", held, **near)
    world.row(
        "decision",
        "nr",
        Decision.objects.get(meeting=held),
        own="nr",
        **{"host": "office", "called": "qingshi"},
    )


def _orders(world: World) -> None:
    cast = world.cast
    due = day_end(now().date() + 10 * DAY)
    values = {"kind": "assign", "due_at": due, "units": [cast.unit("qingshi"), cast.unit("police")]}
    draft = orders.draft(
        by=cast.office,
        agency=cast.unit("office"),
        title=world.secret("order.draft"),
        text="拟稿内容",
        **values,
    )
    world.row("order_draft", "one", draft, own="office")
    issued = orders.draft(
        by=cast.office,
        agency=cast.unit("office"),
        title=world.secret("order.title"),
        text=world.secret("order.text"),
        **values,
    )
    orders.issue(order=issued, by=cast.office)
    near = {"own": "office", "receiver": ("qingshi", "police")}
    world.row("order", "issued", issued, **near)
    side = Receipt.objects.select_related("order__agency", "agency").get(order=issued, agency__code="police")
    orders.sign(receipt=side, by=cast.police_officer)
    side.refresh_from_db()
    orders.answer(receipt=side, by=cast.police_officer, text=world.secret("receipt.feedback"))
    world.row("receipt", "police", side, receiver="police", issuer="office")


def _inspections(world: World) -> None:
    cast = world.cast
    joint, at_site = checks.on_site(cast, title=f"联合检查{world.secret('inspection.title')}")
    near = {"own": "office", "unit": ("nr", "water"), "site": "qingshi"}
    asked = joint.units.get(agency__code="nr")
    world.row("inspection", "joint", joint, **near)
    world.row("inspection_unit", "joint", {"pk": joint.pk, "unit_pk": asked.pk}, **near)
    world.row("inspection_site", "joint", {"pk": joint.pk, "at_pk": at_site.pk}, **near)
    secret = checks.drawn(
        cast, kind="secret", title=world.secret("secret.title"), text=world.secret("secret.notes")
    )
    site = make.site(cast, unit="baiyang", village=None, name="暗访点")
    (hidden_at,) = inspections.add_sites(inspection=secret, member=cast.office, sites=[site])
    (subject,) = inspections.add_subjects(
        inspection=secret, member=cast.office, agencies=[cast.unit("baiyang")]
    )
    finding = checks.found(
        cast,
        secret,
        hidden_at,
        who="office",
        unit="office",
        problem=world.secret("secret.problem"),
        demand=world.secret("secret.demand"),
    )
    near = {"quiet": "office"}
    world.row("inspection", "secret", secret, **near)
    world.row("inspection_site", "secret", {"pk": secret.pk, "at_pk": hidden_at.pk}, **near)
    world.row("inspection_subject", "secret", {"pk": secret.pk, "subject_pk": subject.pk}, **near)
    world.row("item", "secret", finding, keeper="office")
    world.row("list", "secret", finding.list, keeper="office")
    plan = plans.draft(
        member=cast.office, agency=cast.unit("office"), title=world.secret("plan.title"), year=2026
    )
    line = plans.set_line(
        plan=plan,
        member=cast.office,
        period="2026-Q4",
        theme=world.secret("plan.theme"),
        agencies=[cast.unit("nr")],
    )
    world.row("plan", "draft", plan, own="office", approver="county")
    world.row("plan_line", "draft", {"pk": plan.pk, "line_pk": line.pk}, own="office", approver="county")


def _reports(world: World) -> None:
    cast = world.cast
    draft = recompute(
        report=open_draft(
            member=cast.qingshi_filler, agency=cast.unit("qingshi"), kind="monthly", period="2026-10"
        )
    )
    draft = _worded(world, draft, "report.draft")
    world.row("report", "draft", draft, own="qingshi")
    sent = recompute(
        report=open_draft(
            member=cast.qingshi_filler, agency=cast.unit("qingshi"), kind="monthly", period="2026-09"
        )
    )
    sent = _worded(world, sent, "report.sent")
    submit_report(report=sent, member=cast.qingshi_filler)
    world.row("report", "sent", sent, own="qingshi", recipient="office")
    run = jobs.start(
        kind="report.draft",
        key="policy:run",
        params={"report": draft.pk},
        agency=cast.unit("qingshi"),
        member=cast.qingshi_filler,
        subject=draft,
    )
    world.row("run", "q", run, self_="qingshi.filler")


def _worded(world: World, report, secret: str):
    """A paragraph of the report in the member's own words."""
    key = next(key for key in HEADINGS if report.narrative.get(key))
    return edit_narrative(
        report=report, member=world.cast.qingshi_filler, texts={key: f"本期{world.secret(secret)}。"}
    )


def _papers(world: World) -> None:
    notices.send(
        members=[world.cast.qingshi_filler],
        kind="policy",
        text=f"请查看{world.secret('notice.text')}。",
        subject=None,
    )
    row = Notice.objects.filter(member=world.cast.qingshi_filler).latest("id")
    world.row("notice", "q", row, self_="qingshi.filler")
