"""移送材料清单 and 涉案物品清单: the sender's to change, then frozen for good."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from cases import sight, standing
from cases.actions.referrals.needs import named
from cases.models import Goods, Paper, Referral, ReferralStep
from cases.referral_lists import open_goods
from cases.states import REFERRAL_MOVES, REFERRAL_UNSENT
from cases.states import ReferralStatus as S
from core import audit, files
from core.access import matters_known
from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.models import StoredFile
from core.registry import resolve
from core.workflow import bump, conflict

if TYPE_CHECKING:
    from agencies.models import Member

#: While the head reads the report, nothing changes under it.
OPEN = (S.DRAFT, S.TEAM_NAMED, S.REFUSED, S.APPROVED, S.SUPPLEMENT_ASKED, S.FILED)
#: Goods are found while the police investigate too (310号第十二条).
GOODS_OPEN = (*OPEN, S.HANDED_OVER)
CLOSED = "现在不能改动移送材料和物品清单。"
LIMITS = {"name": 80, "spec": 80, "unit": 12, "features": 120, "place": 120, "source": 120, "note": 120}
LABELS = {
    "name": "名称",
    "spec": "规格型号",
    "unit": "单位",
    "features": "特征",
    "place": "存放地点",
    "source": "来源",
    "note": "备注",
}


def add_paper(
    *,
    referral: Referral,
    by: Member,
    kind: str,
    name: str,
    copies: int = 1,
    file: StoredFile | None = None,
    upload: Any = None,
    withheld: str = "",
) -> Paper:
    """One line of the manifest: a file of the affair that the member can read, one uploaded now, a paper
    that goes by hand, or – with `withheld` – what is not handed over and why.

    After the hand-over lines form a new round. Raises Missing, NotAllowed, DomainError, Conflict.
    """
    _guard(referral, by, OPEN)
    facts = _line(kind, name, copies, withheld)
    if file is not None and not _may_link(by, referral, file):
        raise DomainError("没有找到这个文件，请重新选择。", field="file")
    with transaction.atomic():
        _claim(referral, OPEN)
        paper = Paper.objects.create(
            referral=referral, added_by=by, file=file, round=_round(referral), **facts
        )
        found = named(upload)
        if found is not None:
            paper.file = files.store_document(
                upload=found[1],
                name=found[0],
                member=by,
                agency=by.agency,
                subject=paper,
                matter=referral.matter,
            )
        paper.sha256 = paper.file.sha256 if paper.file else ""
        paper.save(update_fields=["file", "sha256"])
        _record("referral.paper_added", referral, by)
    return paper


def _line(kind: str, name: str, copies: int, withheld: str) -> dict[str, Any]:
    name, withheld = name.strip(), withheld.strip()
    if kind not in Paper.Kind.values:
        raise DomainError("请选择材料类别。", field="kind")
    if not name or len(name) > 120:
        raise DomainError("请填写材料名称，不超过120字。", field="name")
    if not 1 <= copies <= 999:
        raise DomainError("份数应当是1到999。", field="copies")
    if len(withheld) > 200:
        raise DomainError(f"不移送的理由有{len(withheld)}个字，请缩短到200字以内。", field="withheld")
    return {"kind": kind, "name": name, "copies": copies, "withheld": withheld}


def _may_link(by: Member, referral: Referral, file: StoredFile) -> bool:
    """A file of this affair (or of none) whose subject the member may see."""
    if file.matter_id not in (None, referral.matter_id):
        return False
    known = file.matter_id is None or matters_known(by).filter(pk=file.matter_id).exists()
    return known and resolve(file.subject_kind, file.subject_id, by) is not None


def _round(referral: Referral) -> int:
    """0 before the hand-over; then one more than what was handed over last."""
    last = referral.papers.filter(frozen_at__isnull=False).aggregate(last=Max("round"))["last"]
    if last is not None:
        return last + 1
    return 0 if referral.sent_at is None else 1


def drop_paper(*, paper: Paper, by: Member) -> None:
    """Take a line back that was not handed over yet."""
    referral = paper.referral
    _guard(referral, by, OPEN)
    with transaction.atomic():
        _claim(referral, OPEN)
        if not Paper.objects.filter(pk=paper.pk, frozen_at__isnull=True).delete()[0]:
            raise Conflict("已经移送的材料不能改动。")
        _record("referral.paper_dropped", referral, by)


def freeze(referral: Referral, at: dt.datetime) -> None:
    """What goes over now is kept as it is: name, hash, what is withheld."""
    rows = referral.papers.filter(frozen_at__isnull=True).select_related("file")
    for paper in rows:
        paper.frozen_at, paper.sha256 = at, paper.file.sha256 if paper.file else ""
    Paper.objects.bulk_update(rows, ["frozen_at", "sha256"])


def add_goods(*, referral: Referral, by: Member, **fields: Any) -> Goods:
    """One line of 涉案物品清单: name, quantity and unit needed; spec, features, place, source, note."""
    _guard(referral, by, GOODS_OPEN)
    facts = _goods(fields)
    with transaction.atomic():
        _claim(referral, GOODS_OPEN)
        row = Goods.objects.create(referral=referral, **facts)
        _record("referral.goods_added", referral, by)
    return row


def _goods(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - {*LIMITS, "quantity"}
    if unknown:
        raise TypeError(f"no such column of goods: {sorted(unknown)}")
    facts: dict[str, Any] = {}
    for column, limit in LIMITS.items():
        value = str(fields.get(column) or "").strip()
        if len(value) > limit:
            raise DomainError(f"{LABELS[column]}有{len(value)}个字，请缩短到{limit}字以内。", field=column)
        facts[column] = value
    for column in ("name", "unit"):
        if not facts[column]:
            raise DomainError(f"请填写{LABELS[column]}。", field=column)
    try:
        quantity = Decimal(str(fields.get("quantity")))
    except InvalidOperation:
        raise DomainError("请填写数量。", field="quantity") from None
    if not quantity.is_finite() or not 0 < quantity < Decimal(10) ** 11:
        raise DomainError("数量应当大于0。", field="quantity")
    if quantity != round(quantity, 3):
        raise DomainError("数量最多三位小数。", field="quantity")
    return facts | {"quantity": quantity}


def drop_goods(*, goods: Goods, by: Member) -> None:
    """Take a line back that did not go over with the list yet."""
    referral = goods.referral
    _guard(referral, by, GOODS_OPEN)
    with transaction.atomic():
        _claim(referral, GOODS_OPEN)
        if not open_goods(referral).filter(pk=goods.pk).delete()[0]:
            raise Conflict("这一项已经随清单移送或者已经去掉，请刷新后再看。")
        _record("referral.goods_dropped", referral, by)


def why_not_scan(by: Member, step: ReferralStep) -> str:
    """ "" when the member keeps the scan of that step's paper, else whose it is, in words."""
    side = REFERRAL_MOVES[step.move].side
    unit = step.organ if step.organ.online else standing.recorder(step.referral, side)
    may = unit is not None and standing.does_desk_work(by, unit, step.referral.matter)
    return "" if may else f"由{step.organ.label}存入。"


def attach_scan(*, step: ReferralStep, by: Member, upload: Any) -> StoredFile:
    """盖章扫描件 of a paper that was printed and sealed: kept beside the step, which itself never changes.

    For the unit of the step, or whoever puts down for it. Raises Missing, NotAllowed, DomainError.
    """
    referral = step.referral
    if not sight.readable_steps(by).filter(pk=step.pk).exists():
        raise Missing
    reason = why_not_scan(by, step)
    if reason:
        raise NotAllowed(reason)
    found = named(upload)
    if found is None:
        raise DomainError("请选择扫描件。", field="upload")
    with transaction.atomic():
        row = files.store_document(
            upload=found[1],
            name=found[0],
            member=by,
            agency=by.agency,
            kind=StoredFile.Kind.SCAN,
            subject=step,
            matter=referral.matter,
        )
        _record("referral.scanned", referral, by)
    return row


def _guard(referral: Referral, by: Member, statuses: tuple[str, ...]) -> None:
    if not sight.content_of(by, referral):
        raise Missing
    if not standing.may_prepare(by, referral):
        raise NotAllowed(f"移送材料由{referral.sender.label}准备。")
    if not Referral.objects.filter(pk=referral.pk, status__in=statuses).exists():
        referral.refresh_from_db()
        raise conflict(referral) if referral.status in REFERRAL_UNSENT else DomainError(CLOSED)


def _claim(referral: Referral, statuses: tuple[str, ...]) -> None:
    """The lists change now, at the version this makes; not under who checks what is put down (代录)."""
    bump(referral, *statuses)
    if standing.lists_wait(referral):
        raise DomainError(standing.WAITS_FOR_CHECK)


def _record(verb: str, referral: Referral, by: Member) -> None:
    audit.record(
        verb,
        actor=by,
        agency=by.agency,
        subject=referral,
        matter=referral.matter,
        facts={"number": referral.number, "status": referral.status},
    )
