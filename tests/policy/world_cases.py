"""Affairs: leads with an informant, an administrative case, referrals in several states, a criminal case."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from cases.actions import cases, referrals, rights
from cases.actions.law import enter_price
from cases.lawdata import load_law
from cases.models import Case, CaseStep, Disposal, Offence, Penalty, Referral, Remedy
from core.files import files_of
from core.models import Access, StoredFile
from duties.models import Duty
from ledgers.actions import leads
from ledgers.actions.leads import informing
from ledgers.actions.leads.informing import Identity
from minewatch.lib.clock import now
from tests.cases import make
from tests.ledgers import make_leads
from tests.policy import world_law
from tests.policy.rows import World
from tests.policy.world_rooms import pdf

DAY = dt.timedelta(days=1)
CODE = "91350100M000100Y43"
ADMIN, REFERRAL, CRIMINAL = Access.Track.ADMIN, Access.Track.REFERRAL, Access.Track.CRIMINAL
#: How units stand to an affair that the natural resources bureau took down at its desk.
NR = {"holder": "nr", "office": "office"}


def build(world: World) -> None:
    """All of it."""
    if not Offence.objects.exists():  # a flush between tests takes the rows of the migrations
        load_law()
    price = enter_price(
        by=world.cast.nr_officer,
        mineral="建筑用砂",
        price=Decimal(40),
        source="价格认证",
        valid_from=now().date() - 90 * DAY,
    )
    world.row("price", "sand", price)
    _affair(world)
    _penal(world)
    _passed(world)
    _clue(world)
    _drafts(world)
    world_law.build(world)


def _lead(world: World, name: str, papers=(), **more):
    facts = make_leads.intake(
        text=world.secret(f"{name}.lead.text"),
        location=f"上湾村{world.secret(f'{name}.lead.location')}",
        **more,
    )
    cast = world.cast
    return leads.register_lead(by=cast.nr_officer, agency=cast.unit("nr"), facts=facts, papers=papers)


def _affair(world: World) -> None:
    """A tip with its informant, a case of the bureau under it; somebody is let in, somebody stays out."""
    cast = world.cast
    teller = Identity(
        name=world.secret("informant.name"),
        phone=world.digits("informant.phone"),
        address=world.secret("informant.address"),
        note=world.secret("informant.note"),
    )
    letter = pdf(f"{world.secret('informant.paper')}.pdf")
    lead = _lead(world, "affair", source="phone", identity=teller, papers=[letter])
    near = NR | {"invited": "emergency.officer", "barred": "nr.approver"}
    world.row("lead", "affair", lead, **near)
    world.row("informant", "one", lead.informant)
    reply = world.secret("affair.reply")
    leads.reply(lead=lead, by=cast.nr_officer, way="phone", at=now(), text=f"已受理：{reply}")
    reveal = informing.ask(informant=lead.informant, by=cast.custodian, motive=world.secret("reveal.motive"))
    kept = files_of(lead.informant).get()
    world.row("reveal", "asked", {"pk": lead.informant.pk, "reveal_pk": reveal.pk, "file_pk": kept.pk})
    case = cases.open_case(
        by=cast.nr_officer,
        title=world.secret("case.title"),
        found_on=now().date(),
        origin="lead",
        leads=[lead],
    )
    values = {"facts": world.secret("case.facts"), "location": world.secret("case.location")}
    Case.objects.filter(pk=case.pk).update(**values)
    case.refresh_from_db()
    _fill(world, "case", case, cast.nr_officer, near)
    _after(world, case, near)
    world.row("case", "admin", case, **near)
    world.row("matter", "affair", case.matter, **near)
    invitation = rights.invite(
        by=cast.nr_head,
        matter=case.matter,
        track=ADMIN,
        purpose=world.secret("invitation.purpose"),
        until=now() + 30 * DAY,
        member=cast.emergency_officer,
    )
    world.row("invitation", "one", invitation, **near)
    recusal = rights.propose_recusal(
        by=cast.nr_officer,
        matter=case.matter,
        reason=world.secret("recusal.reason"),
        member=cast.nr_approver,
    )
    recusal = rights.decide_recusal(recusal=recusal, by=cast.nr_head)
    world.row("recusal", "in_force", recusal, **near)


def _after(world: World, case: Case, near: dict) -> None:
    """What stands on the record of a decided case; put down as rows, so that the case stays where it is."""
    by, at = world.cast.nr_officer, now()
    made = {"by": by, "organ": case.holder, "happened_at": at, "recorded_at": at}
    step = CaseStep.objects.create(case=case, move="decided", target=case.status, label="作出决定", **made)
    penalty = Penalty.objects.create(case=case, kind="goods", basis=world.secret("case.penalty.basis"))
    world.row("penalty", "goods", penalty, **near)
    fought, disposed = world.secret("case.remedy"), world.secret("case.disposal")
    remedy = Remedy.objects.create(
        case=case,
        decision=step,
        kind="reconsider",
        organ=fought,
        number=fought,
        note=fought,
        result_note=fought,
        filed_on=at.date() - DAY,
        ended_on=at.date(),
        result="upheld",
        by=by,
        recorded_at=at,
    )
    world.row("remedy", "one", remedy, **near)
    Disposal.objects.create(
        penalty=penalty,
        way="auction",
        disposed_on=at.date(),
        receiver=disposed,
        receipt=disposed,
        note=disposed,
        by=by,
        recorded_at=at,
    )


def _fill(world: World, name: str, case: Case, by, near: dict) -> None:
    """A party, a violation, a note and a task with secrets in them."""
    firm = cases.save_party(
        case=case,
        by=by,
        kind="firm",
        name=world.secret(f"{name}.party.name"),
        code=CODE,
        phone=world.digits(f"{name}.party.phone"),
        address=world.secret(f"{name}.party.address"),
        representative=world.secret(f"{name}.party.representative"),
        note=world.secret(f"{name}.party.note"),
    )
    act = cases.Act(
        code="M64",
        acted_from=now().date() - 60 * DAY,
        acted_to=now().date() - 9 * DAY,
        party=firm,
        mineral="建筑用砂",
        quantity=Decimal("400"),
        value=Decimal("30000"),
        note=world.secret(f"{name}.violation.note"),
    )
    violation = cases.save_violation(case=case, by=by, act=act)
    world.row("party", name, firm, **near)
    world.row("violation", name, violation, **near)
    measure = cases.take_measure(
        case=case,
        by=by,
        kind="stop",
        things=world.secret(f"{name}.measure.things"),
        place=world.secret(f"{name}.measure.place"),
        taken_at=now(),
        on_the_spot=True,
        upload=make.pdf(f"{world.secret(f'{name}.measure.file')}.pdf"),
    )
    world.row("measure", name, measure, **near)
    world.row("file", f"{name}_measure", measure.file, **near)
    cases.note(case=case, by=by, text=world.secret(f"{name}.note"))
    task = cases.give_task(
        case=case,
        by=world.cast.member("nr.head"),
        title=world.secret(f"{name}.task"),
        member=by,
        due_at=now() + 5 * DAY,
    )
    world.row("case_task", name, task, self_=by.username, **near)


def _referral(world: World, name: str, edge: str, status: str, lead, **more) -> Referral:
    return make.referral(
        world.cast,
        edge,
        status,
        lead=lead,
        title=world.secret(f"{name}.title"),
        summary=world.secret(f"{name}.summary"),
        purpose=world.secret(f"{name}.purpose"),
        **more,
    )


def _penal(world: World) -> None:
    """涉嫌犯罪移送, filed by the police: two tracks of one affair."""
    cast = world.cast
    lead = _lead(world, "penal")
    row = make.draft(
        cast,
        "criminal",
        lead=lead,
        title=world.secret("penal.title"),
        summary=world.secret("penal.summary"),
        purpose=world.secret("penal.purpose"),
    )
    for kind in ("letter", "report", "goods"):
        referrals.add_paper(
            referral=row,
            by=cast.nr_officer,
            kind=kind,
            name=world.secret(f"penal.paper.{kind}"),
            upload=make.pdf(f"{world.secret(f'penal.file.{kind}')}.pdf"),
        )
    referrals.add_paper(
        referral=row,
        by=cast.nr_officer,
        kind="opinion",
        name="鉴定意见",
        withheld=world.secret("penal.withheld"),
    )
    referrals.add_goods(
        referral=row,
        by=cast.nr_officer,
        name=world.secret("penal.goods"),
        quantity=Decimal(3),
        unit="台",
        place=world.secret("penal.goods.place"),
    )
    row.refresh_from_db()
    for move in make.way("criminal", "filed"):
        text = world.secret(f"penal.step.{move}") if move in ("report", "receive", "file") else ""
        make.take(cast, row, move, make.maker(row, move), **({"text": text} if text else {}))
        row.refresh_from_db()
    handed = {
        "kind": "firm",
        "name": world.secret("penal.party.name"),
        "code": CODE,
        "phone": world.digits("penal.party.phone"),
        "address": world.secret("penal.party.address"),
        "representative": world.secret("penal.party.representative"),
    }
    Referral.objects.filter(pk=row.pk).update(parties=[handed])
    world.row("referral", "filed", row, sender="nr", receiver="police", office="office")
    world.row("lead", "penal", lead, **NR)
    world.row("matter", "penal", row.matter, **NR, receiver="police")
    near = {"sender": "nr", "receiver": "police", "office": "office"}
    goods, step = row.goods.get(), row.steps.get(move="receive")
    upload = make.pdf(f"{world.secret('penal.step.scan')}.pdf")
    scan = referrals.attach_scan(step=step, by=cast.police_officer, upload=upload)
    world.row("step", "receive", {"pk": row.pk, "step": step.pk, "file": scan.pk}, **near)
    for paper in row.papers.exclude(file=None):
        keys = {"pk": row.pk, "paper": paper.pk, "row": goods.pk}
        world.row("paper", paper.kind, keys, **near)
        world.row("file", f"paper_{paper.kind}", paper.file, holder="nr", party="police", office="office")
    case = Case.objects.filter(matter=row.matter, track="criminal").first()
    if case is not None:
        type(case).objects.filter(pk=case.pk).update(
            title=world.secret("police.title"),
            facts=world.secret("police.facts"),
            location=world.secret("police.location"),
        )
        world.row("case", "criminal", case, inside=("police.approver", "police.head"), watch="office")
    for duty in Duty.objects.filter(matter=row.matter, status="open")[:3]:
        world.row("matter_duty", f"penal{duty.pk}", duty, holder=duty.agency.code)


def _passed(world: World) -> None:
    """移送有管辖权的部门, waiting for the other bureau's receipt."""
    lead = _lead(world, "passed")
    row = _referral(world, "passed", "jurisdiction", "sent", lead)
    world.row("referral", "sent", row, sender="nr", receiver="ecology", office="office")
    world.row("lead", "passed", lead, **NR)


def _clue(world: World) -> None:
    """问题线索移送纪检监察: for those who made it and the receiving post alone."""
    lead = _lead(world, "clue")
    row = _referral(world, "clue", "discipline", "sent", lead)
    world.row("referral", "clue", row, circle=("nr.officer", "nr.head", "discipline"), watch="office")
    world.row("lead", "clue", lead, **NR)


def _drafts(world: World) -> None:
    """A draft, which only the sender has; a sealed affair."""
    cast = world.cast
    lead = _lead(world, "draft")
    row = _referral(world, "draft", "jurisdiction", "draft", lead)
    world.row("referral", "draft", row, sender="nr")
    world.row("lead", "draft", lead, **NR)
    sent = make_leads.passed(cast, _lead(world, "sent_on"), to="ecology", signed=False)
    world.row("lead", "sent_on", sent, holder="ecology", party="nr", office="office")
    sealed = _lead(world, "sealed")
    world.row("lead", "sealed", sealed, holder="nr")
    proposal = rights.propose_sealing(
        by=cast.nr_approver, matter=sealed.matter, seal=True, reason=world.secret("sealing.reason")
    )
    proposal = rights.decide_sealing(sealing=proposal, by=cast.nr_head)
    world.row("sealing", "sealed", proposal, holder="nr")
    assert StoredFile.objects.exists()
