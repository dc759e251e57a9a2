"""举报人: sealed when it is taken down; shown once to a custodian who gave a motive, if another agreed."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.db.models import F

from agencies.models import Member, Role
from core import audit, files, notices, wording
from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.models import StoredFile
from ledgers import sealing
from ledgers.lead_rules import handles
from ledgers.models import Informant, Lead, Reveal
from minewatch.lib.clock import now
from minewatch.lib.text import fold

#: How long an agreed look may wait.
OPEN_FOR = dt.timedelta(hours=24)
NAMED = "“{label}”里写有举报人的{what}，请删去后再提交；举报人信息只填在“举报人”一栏，由保管人保管。"
ASKED = "有一项举报人信息查看申请，请办理。"
DECIDED = "您的举报人信息查看申请已有答复。"


@dataclass(frozen=True)
class Identity:
    """What an informant said of themselves; all of it is sealed."""

    name: str = ""
    phone: str = ""
    address: str = ""
    note: str = ""

    def given(self) -> bool:
        """Whether there is anything to seal."""
        return any(value.strip() for value in asdict(self).values())


def check_unnamed(identity: Identity, texts: dict[str, tuple[str, str]]) -> None:
    """Raise a DomainError at the field whose text (field → (label, text)) names the informant or the phone.

    Asked only of who types the identity in: told to anybody else the answer would give the person away.
    """
    name, phone = fold(identity.name).replace(" ", ""), _digits(identity.phone)
    for field, (label, text) in texts.items():
        plain = fold(text).replace(" ", "")
        if len(name) >= 2 and name in plain:
            raise DomainError(NAMED.format(label=label, what="姓名"), field=field)
        if len(phone) >= 7 and phone in _digits(text):
            raise DomainError(NAMED.format(label=label, what="电话"), field=field)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", fold(text))


def keep(
    lead: Lead,
    identity: Identity,
    *,
    by: Member,
    wants_answer: bool = False,
    papers: Sequence[tuple[bytes, str]] = (),
) -> Informant:
    """Seal `identity` and the papers (bytes, name) for `lead`, in the caller's transaction."""
    row = Informant.objects.create(
        lead=lead,
        code=_code(),
        sealed=sealing.seal(asdict(identity)),
        wants_answer=wants_answer,
        recorded_by=by,
        recorded_at=now(),
    )
    for number, (data, name) in enumerate(papers, start=1):
        facts = {"sealed": sealing.seal({"name": name, "type": files.document_type(data)})}
        files.store(
            data=sealing.seal_bytes(data),
            name=f"封存材料{number}",
            kind=StoredFile.Kind.DOCUMENT,
            content_type="application/octet-stream",
            member=by,
            agency=lead.agency,
            subject=row,
            matter=lead.matter,
            facts=facts,
        )
    audit.record("informant.kept", actor=by, agency=lead.agency, subject=row, matter=lead.matter)
    return row


def _code() -> str:
    """Eight digits that say nothing, not even the order."""
    while True:
        code = f"{secrets.randbelow(10**8):08d}"
        if not Informant.objects.filter(code=code).exists():
            return code


def look_at_papers(uploads: Sequence[BinaryIO]) -> list[tuple[bytes, str]]:
    """(bytes, name) of papers that are to be sealed. Raises DomainError naming the one that fails."""
    found = []
    for upload in uploads:
        name = files.clean_name(getattr(upload, "name", "") or "材料")
        data = upload.read(files.DOCUMENT_LIMIT + 1)
        if not data or len(data) > files.DOCUMENT_LIMIT:
            raise DomainError(f"“{name}”是空文件或者超过20MB，请重新选择。", field="papers")
        if files.document_type(data) is None:
            raise DomainError(f"“{name}”不是 PDF、照片、docx 或 xlsx 文件，请转换后再传。", field="papers")
        found.append((data, name))
    return found


def add(*, lead: Lead, by: Member, identity: Identity, wants_answer: bool = False) -> Informant:
    """Seal what an informant said later. Raises Missing, NotAllowed, DomainError, Conflict."""
    if not Lead.objects.visible_to(by).filter(pk=lead.pk).exists():
        raise Missing("没有找到这条线索。")
    if not handles(by, lead):
        raise NotAllowed("由承办单位登记举报人信息。")
    if not identity.given():
        raise DomainError("请填写举报人的姓名、电话或其他信息。", field="name")
    texts = {"name": ("线索内容", "。".join((lead.text, lead.location, lead.party, lead.vehicle)))}
    check_unnamed(identity, texts)
    try:
        with transaction.atomic():
            return keep(lead, identity, by=by, wants_answer=wants_answer)
    except IntegrityError:
        raise Conflict("举报人信息已经登记，由保管人保管。") from None


def ask(*, informant: Informant, by: Member, motive: str) -> Reveal:
    """A custodian asks to see an identity, with a motive. Raises Missing, DomainError, Conflict."""
    _guard(informant, by)
    motive = motive.strip()
    if not motive or len(motive) > 300:
        raise DomainError("请写明查看事由，不超过300字。", field="motive")
    try:
        with transaction.atomic():
            _expire(informant)
            row = Reveal.objects.create(informant=informant, motive=motive, asked_by=by, asked_at=now())
            _record("informant.asked", row, by)
            notices.send(members=_others(informant, by), kind="informant.asked", text=ASKED)
    except IntegrityError:
        raise Conflict("您已有一项查看申请在办理中。") from None
    return row


def _expire(informant: Informant) -> None:
    """What was agreed but not looked at in time counts as refused."""
    late = informant.reveals.filter(status=Reveal.Status.AGREED, decided_at__lt=now() - OPEN_FOR)
    late.update(status=Reveal.Status.REFUSED, words="超过24小时未查看，已失效", version=F("version") + 1)


def decide(*, reveal: Reveal, by: Member, agreed: bool, words: str = "") -> Reveal:
    """Another custodian agrees or refuses.

    Raises Missing, NotAllowed (the own asking), DomainError, Conflict.
    """
    _guard(reveal.informant, by)
    if by.pk == reveal.asked_by_id:
        raise NotAllowed("本人的申请由另一名保管人办理。")
    said = wording.words(words, "意见", "reason", 300, needed=False)
    if not agreed and not said:
        raise DomainError("请写明不同意的原因。", field="reason")
    target = Reveal.Status.AGREED if agreed else Reveal.Status.REFUSED
    with transaction.atomic():
        rows = Reveal.objects.filter(pk=reveal.pk, status=Reveal.Status.ASKED)
        if (
            rows.update(status=target, decided_by=by, decided_at=now(), words=said, version=F("version") + 1)
            != 1
        ):
            raise Conflict("这项申请已经办理，请刷新后再看。")
        reveal.refresh_from_db()
        _record("informant.agreed" if agreed else "informant.refused", reveal, by)
        notices.send(members=[reveal.asked_by], kind="informant.decided", text=DECIDED)
    return reveal


def see(*, reveal: Reveal, by: Member) -> Identity:
    """The identity, once, within 24 hours of the agreement, for who asked.

    Raises Missing, NotAllowed, Conflict.
    """
    _guard(reveal.informant, by)
    if by.pk != reveal.asked_by_id:
        raise NotAllowed("只有申请人可以查看。")
    with transaction.atomic():
        rows = Reveal.objects.filter(
            pk=reveal.pk, status=Reveal.Status.AGREED, decided_at__gte=now() - OPEN_FOR
        )
        if rows.update(status=Reveal.Status.SEEN, seen_at=now(), version=F("version") + 1) != 1:
            raise Conflict("只能查看一次，且须在同意后24小时内查看；需要再看请重新申请。")
        reveal.refresh_from_db()
        _record("informant.seen", reveal, by)
        return Identity(**sealing.unseal(reveal.informant.sealed))


def paper_of(*, reveal: Reveal, by: Member, file: StoredFile) -> tuple[bytes, str, str]:
    """(bytes, name, type) of a sealed paper, or the original of a photo of the lead: for who has looked,
    until 24 hours after the agreement. Raises Missing.
    """
    _guard(reveal.informant, by)
    seen = reveal.status == Reveal.Status.SEEN and by.pk == reveal.asked_by_id
    if not seen or reveal.decided_at is None or reveal.decided_at < now() - OPEN_FOR:
        raise Missing("没有找到这份材料。")
    with file.path.open("rb") as stored:
        data = stored.read()
    with transaction.atomic():
        audit.record("file.read", actor=by, subject=file, matter=file.matter)
    if "sealed" not in file.facts:
        return data, file.name, file.content_type
    about = sealing.unseal(file.facts["sealed"])
    return sealing.unseal_bytes(data), about["name"], about["type"] or "application/octet-stream"


def _guard(informant: Informant, by: Member) -> None:
    if not Informant.objects.visible_to(by).filter(pk=informant.pk).exists():
        raise Missing("没有找到这条记录。")


def _others(informant: Informant, by: Member) -> list[Member]:
    county = informant.lead.agency.division.code[:6]
    rows = Member.objects.active().filter(
        grants__role=Role.CUSTODIAN, agency__division__code__startswith=county
    )
    return [m for m in rows.exclude(pk=by.pk) if Informant.objects.visible_to(m).filter(pk=informant.pk)]


def _record(verb: str, reveal: Reveal, by: Member) -> None:
    """Content-free: that it was done, to which code, by whom."""
    audit.record(
        verb,
        actor=by,
        agency=by.agency,
        subject=reveal.informant,
        matter=reveal.informant.lead.matter,
        facts={"code": reveal.informant.code},
    )
