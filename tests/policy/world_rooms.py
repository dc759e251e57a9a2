"""People, register, patrols, leads, campaigns, lists, made by their own doors, with secrets in them."""

from __future__ import annotations

import datetime as dt
import io

from axes.models import AccessAttempt
from PIL import Image

from agencies.actions import acting, bodies
from core import drafts
from core.models import StoredFile
from duties import ladder
from duties.actions import campaign_editing, filings, items
from duties.actions.steps import open_step
from duties.models import Duty, Rung
from ledgers.actions import gang, licences, sheets, uploads
from ledgers.actions import leads as special
from ledgers.actions.entries import file_entry
from ledgers.importers.patrol import judge_patrol
from ledgers.models import Lead
from minewatch.lib.clock import day_end, now
from tests.duties import make_tasks
from tests.ledgers import make
from tests.ledgers.test_import import MESSY
from tests.policy.rows import World

DAY = dt.timedelta(days=1)
COUNTY_WIDE = ("nr", "office", "county")


def build(world: World) -> None:
    """All of it; the order matters where one row stands on another."""
    _people(world)
    _register(world)
    _patrols(world)
    _leads(world)
    _campaign(world)
    _lists(world)


def member(world: World, username: str):
    return world.cast.member(username)


def unit(world: World, code: str):
    return world.cast.unit(code)


def picture(name: str = "a.jpg") -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(out, "JPEG")
    out.name = name
    out.seek(0)
    return out


def pdf(name: str, text: str = "") -> io.BytesIO:
    out = io.BytesIO(b"%PDF-1.4 " + text.encode() + b"\n%%EOF")
    out.name = name
    return out


def _people(world: World) -> None:
    who = member(world, "qingshi.filler")
    type(who).objects.filter(pk=who.pk).update(
        phone=world.digits("member.phone"), email=f"{world.secret('member.email')}@example.org"
    )
    world.row("person", "filler", who, self_="qingshi.filler", head="qingshi.head")
    for name, code in (("q", "qingshi"), ("police", "police")):
        world.row("unit", name, {"pk": unit(world, code).pk, "code": code}, own=code)
    attempt = AccessAttempt.objects.create(
        username="qingshi.filler", ip_address="10.1.1.1", user_agent="x", failures_since_start=5
    )
    world.row("attempt", "one", attempt)
    post = acting.appoint(
        by=member(world, "qingshi.head"),
        agency=unit(world, "qingshi"),
        role="deputy",
        member=member(world, "qingshi.filler"),
        valid_from=now().date() + 30 * DAY,
        basis="青政发〔2026〕3号",
    )
    world.row("acting", "q", post, self_="qingshi.filler", head="qingshi.head")
    body = bodies.form(
        by=world.cast.office,
        county=world.cast.county,
        name="核查专班",
        kind="task_force",
        basis="示政办〔2026〕1号",
    )
    world.row("body", "one", body)
    values = {"title": "member", "agency": unit(world, "nr"), "valid_from": now().date()}
    proposed = bodies.propose(
        by=member(world, "nr.head"), body=body, person=world.secret("post.person"), **values
    )
    world.row("post", "proposed", proposed, own="nr")
    named = bodies.propose(
        by=member(world, "nr.head"), body=body, member=member(world, "nr.officer"), **values
    )
    bodies.record(post=named, by=world.cast.office, expected_version=named.version)
    world.row("post_on_record", "nr", named, own="nr")
    drafts.save(member=who, form="entry", object_key="", fields={"location": world.secret("draft.typed")})


def _register(world: World) -> None:
    site = make.site(world.cast, name="柳树沟采石场")
    world.site = site
    world.row("site", "q", site, own="qingshi", village="shangwan")
    gang.mark(site=site, member=member(world, "police.officer"), basis=world.secret("gang.basis"))
    world.gang_site = site
    facts = {"kind": "permit", "number": world.secret("licence.number"), "valid_to": now().date() + 300 * DAY}
    permit = licences.save_licence(member=member(world, "nr.officer"), site=site, facts=facts)
    world.row("licence", "q", permit, own="qingshi", village="shangwan")


def _patrols(world: World) -> None:
    cast = world.cast
    photo = (picture("现场.jpg"),)
    row = file_entry(
        member=cast.qingshi_filler,
        agency=cast.unit("qingshi"),
        row=make.row(
            location=f"青石镇上湾村{world.secret('entry.location')}",
            measures=f"无异常{world.secret('entry.measures')}",
        ),
        photos=photo,
    )
    world.row("entry", "q", row, own="qingshi")
    world.row("sheet", "q", row.sheet, own="qingshi")
    sheets.comment(sheet=row.sheet, member=cast.qingshi_filler, text=world.secret("sheet.comment"))
    file_of(world, "entry_photo", row, own="qingshi")
    other = file_entry(member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=make.row())
    world.row("entry", "v", other, own="shangwan", **{"for": "qingshi"})
    world.row("sheet", "v", other.sheet, own="shangwan", **{"for": "qingshi"})
    data, period = MESSY.read_bytes(), {"period": "2022-09"}
    upload = uploads.receive(
        member=cast.qingshi_filler,
        agency=cast.unit("qingshi"),
        kind="patrol",
        data=data,
        name=f"台账{world.secret('upload.name')}.xlsx",
        judged=judge_patrol(data, member=cast.qingshi_filler, agency=cast.unit("qingshi"), params=period),
        params=period,
    )
    world.row("upload", "q", upload, own="qingshi", self_="qingshi.filler")
    world.row("file", "upload", upload.file, quiet="qingshi")


def file_of(world: World, name: str, subject, **near) -> None:
    """The one file of a row."""
    kind, key = subject._meta.label_lower, str(subject.pk)
    world.row("file", name, StoredFile.objects.filter(subject_kind=kind, subject_id=key).latest("id"), **near)


def _leads(world: World) -> None:
    """A lead of the village's patrol and a 特殊情况报告 of the police."""
    cast = world.cast
    near = {"holder": "qingshi", "party": ("shangwan", "nr"), "office": "office"}
    entry = file_entry(
        member=cast.shangwan_filler,
        agency=cast.unit("shangwan"),
        row=make.digging(location="青石镇上湾村后山", measures="现场责令停止"),
    )
    lead = Lead.objects.get(entry=entry)
    Lead.objects.filter(pk=lead.pk).update(
        text=world.secret("lead.text"), location=f"上湾村{world.secret('lead.location')}"
    )
    world.row("lead", "q", lead, **near)
    world.row("sheet", "v_lead", entry.sheet, own="shangwan") if entry.sheet_id != world.find("sheet.v").keys[
        "pk"
    ] else None
    special_lead = special.report_special(
        member=cast.member("qingshi.filler"),
        agency=cast.unit("qingshi"),
        text=world.secret("special.text"),
        location=f"石门村{world.secret('special.location')}",
        photos=(picture(f"{world.secret('special.photo')}.jpg"),),
    )
    world.row("lead", "special", special_lead, holder="qingshi", party="nr", office="office")
    file_of(world, "lead_photo", special_lead, holder="qingshi", party="nr", office="office")


def _campaign(world: World) -> None:
    cast = world.cast
    running = make_tasks.campaign(cast, starts="2026-01-01", ends="2026-12-31")
    world.campaign = running
    task = make_tasks.task(
        cast, running, code="SZ-R1", hosts=("nr", "qingshi"), deadline="none", role="officer"
    )
    world.task = task
    world.row("campaign", "running", running)
    world.row("task", "one", {"pk": running.pk, "task_pk": task.pk})
    made = campaign_editing.create(
        county=cast.county, key="zq-draft", name=world.secret("campaign.draft"), by=cast.office
    )
    world.row("campaign_draft", "one", made)
    filing = filings.file(
        member=cast.nr_officer,
        agency=cast.unit("nr"),
        task=task,
        note=world.secret("filing.note"),
        uploads=[(f"{world.secret('filing.file')}.pdf", pdf("x.pdf"))],
    )
    world.row("filing", "nr", filing, own="nr", recipient="office")
    file_of(world, "filing", filing, own="nr", recipient="office")
    near = {"own": "qingshi", "recipient": "office"}
    duty = Duty.objects.create(
        key="policy:q",
        kind="report",
        title=f"周报{world.secret('duty.title')}",
        agency=cast.unit("qingshi"),
        role="filler",
        recipient=cast.unit("office"),
        proof_kind=task.proof_kind,
        campaign=running,
        due_at=now() - DAY,
        basis="示政办〔2026〕1号",
    )
    world.row("duty", "q", duty, **near)
    step = open_step(
        key="policy:clock",
        kind="other",
        title="法定期限事项",
        agency=cast.unit("qingshi"),
        role="filler",
        subject=None,
        clock="R2m",
        started_at=now(),
    )
    world.row("clocked", "q", step, own="qingshi")
    police = Duty.objects.create(
        key="policy:p",
        kind="other",
        title="公安局事项",
        agency=cast.unit("police"),
        role="officer",
        due_at=now() + DAY,
    )
    world.row("duty", "police", police, own="police")
    ladder.ensure(cast.county)
    world.row("rung", "one", Rung.objects.first())


def _lists(world: World) -> None:
    cast = world.cast
    item_list = items.open_list(title="问题台账", agency=cast.unit("nr"), by=cast.nr_officer)
    world.row("list", "nr", item_list, keeper="nr", holder="qingshi", above=COUNTY_WIDE)
    item = items.add(
        list=item_list,
        by=cast.nr_officer,
        name=world.secret("item.name"),
        problem=world.secret("item.problem"),
        demand="立即停止",
        agency=cast.unit("qingshi"),
        due_at=day_end(now().date() + 20 * DAY),
    )
    world.row("item", "q", item, own="qingshi", keeper="nr")
