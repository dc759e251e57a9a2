"""What a move must bring: reason, number, unit, officers, result, goods; errors stand at the field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, BinaryIO

from agencies.models import Agency, Member
from cases import referral_leads, standing
from cases.edges import results
from cases.models import Goods, Referral, ReferralStep
from cases.referral_lists import listed
from cases.states import ReferralMove, ReferralStatus
from core.access import barred_from
from core.errors import DomainError
from duties.moments import plausible
from minewatch.lib.clock import now

if TYPE_CHECKING:
    Upload = tuple[str, BinaryIO]

TEXT, NUMBER = 10_000, 80
NOT_OURS = (
    "公安机关不得以材料不全为由拒收移送案件，材料不全的请“告知补正材料”；"
    "不属公安机关管辖的，请写明管辖方面的理由（公安机关办理刑事案件程序规定第一百八十条）。"
)


@dataclass(frozen=True)
class Facts:
    """What was given with a move, checked and stripped."""

    text: str = ""
    number: str = ""
    unit: Agency | None = None
    officers: tuple[Member, ...] = ()
    result: str = ""
    goods: dict[int, Decimal] = field(default_factory=dict)
    reply_due: dt.datetime | None = None
    listed: int | None = None

    def details(self) -> dict[str, Any]:
        """What the step keeps besides its own columns, as JSON."""
        kept: dict[str, Any] = {}
        if self.goods:
            kept["goods"] = {str(pk): str(quantity) for pk, quantity in self.goods.items()}
        if self.listed is not None:
            kept["listed"] = self.listed
        if self.officers:
            kept["officers"] = [member.pk for member in self.officers]
        return kept


def of_step(step: ReferralStep) -> Facts:
    """The facts of a step that was put down before (代录)."""
    goods = {int(pk): Decimal(quantity) for pk, quantity in step.details.get("goods", {}).items()}
    return Facts(step.text, step.number, step.unit, (), step.result, goods, step.reply_due)


def check(referral: Referral, move: ReferralMove, *, at: dt.datetime, **given: Any) -> Facts:
    """The facts of a move, or a DomainError at the field that is missing or wrong."""
    text = move.require_reason(_short(given["text"], TEXT, "reason", "说明"))
    number = _short(given["number"], NUMBER, "number", "文号")
    if "number" in move.needs and not number:
        raise DomainError("请填写文号。", field="number")
    if move.name == "return" and standing.is_penal(referral) and "管辖" not in text:
        raise DomainError(NOT_OURS, field="reason")
    facts = Facts(
        text=text,
        number=number,
        unit=_unit(referral, move, given["unit"]),
        officers=_officers(referral, move, given["officers"]),
        result=_result(referral, move, given["result"]),
        goods=_goods(referral, move, given["goods"], text),
        reply_due=_reply_due(move, given["reply_due"], at),
        listed=listed(referral, move),
    )
    _papers(referral, move, text)
    return facts


def _short(value: str, limit: int, name: str, label: str) -> str:
    value = (value or "").strip()
    if len(value) > limit:
        raise DomainError(f"{label}有{len(value)}个字，请缩短到{limit}字以内。", field=name)
    return value


def _unit(referral: Referral, move: ReferralMove, unit: Agency | None) -> Agency | None:
    if "unit" not in move.asks:
        return None
    if unit is None:
        words = "移送到的公安机关" if move.name == "pass_on" else "转送单位"
        raise DomainError(f"请选择{words}。", field="unit")
    if not standing.units_for(referral, move).filter(pk=unit.pk).exists():
        raise DomainError(f"不能转送给{unit.label}，请选择有管辖权的其他单位。", field="unit")
    return unit


def _officers(referral: Referral, move: ReferralMove, officers: Iterable[Member]) -> tuple[Member, ...]:
    if "officers" not in move.asks:
        return ()
    ids = {member.pk for member in officers}
    people = Member.objects.active().filter(pk__in=ids, agency=referral.sender)
    fit = list(people.exclude(barred_from(referral.matter)).order_by("pk"))
    if len(fit) < len(ids):
        raise DomainError(f"办案人员应当是{referral.sender.label}的在岗人员，请重新选择。", field="officers")
    if len(fit) < 2:
        raise DomainError("办案人员不少于2人（第310号令第五条），请再选择。", field="officers")
    return tuple(fit)


def _result(referral: Referral, move: ReferralMove, result: str) -> str:
    if "result" not in move.asks:
        return ""
    if result not in {row.value for row in results(referral.edge, move.name)}:
        raise DomainError("请选择办理结果。", field="result")
    return result


def _goods(
    referral: Referral, move: ReferralMove, goods: Mapping[int, Any] | None, text: str
) -> dict[int, Decimal]:
    """Quantities handed over now; what is not handed over, or that there is nothing, must be explained."""
    if "goods" not in move.asks:
        return {}
    rows = {row.pk: row for row in referral.goods.all()}
    handed: dict[int, Decimal] = {}
    for pk, value in (goods or {}).items():
        row = rows.get(int(pk))
        if row is None:
            raise DomainError("物品清单已经变动，请刷新后再办。", field="goods")
        quantity = _quantity(row, value)
        if quantity:
            handed[row.pk] = quantity
    if not handed and referral.status == ReferralStatus.HANDED_OVER:
        raise DomainError("请填写本次移交的数量。", field="goods")
    left = [row for row in rows.values() if row.handed + handed.get(row.pk, Decimal(0)) < row.quantity]
    if not text and not rows:
        raise DomainError("没有涉案物品的，请在说明中写明。", field="reason")
    if not text and left:
        raise DomainError(f"“{left[0].name}”等没有全部移交，请写明由谁保管、为什么。", field="reason")
    return handed


def _quantity(row: Goods, value: Any) -> Decimal:
    try:
        quantity = Decimal(str(value))
    except InvalidOperation:
        raise DomainError(f"“{row.name}”的移交数量不是数字。", field="goods") from None
    if not quantity.is_finite() or quantity < 0:
        raise DomainError(f"“{row.name}”的移交数量不对，请核对。", field="goods")
    if row.handed + quantity > row.quantity:
        left = (row.quantity - row.handed).normalize()
        raise DomainError(f"“{row.name}”最多还可移交{left:f}{row.unit}，请核对。", field="goods")
    return quantity


def _reply_due(move: ReferralMove, due: dt.datetime | None, at: dt.datetime) -> dt.datetime | None:
    if "due" not in move.asks or due is None:
        return None
    plausible(due, "reply_due")
    if due <= at:
        raise DomainError("约定反馈期限已经过去，请改为以后的时间。", field="reply_due")
    return due


def _papers(referral: Referral, move: ReferralMove, text: str) -> None:
    if move.name == "send":
        _lead(referral)
        _complete(referral)
    fresh = referral.papers.filter(frozen_at__isnull=True).exists()
    if move.name == "supplement" and not fresh and not text:
        raise DomainError("请先登记补正的材料，或者写明情况。", field="papers")
    if move.name == "report" and standing.is_penal(referral) and referral.officers.count() < 2:
        raise DomainError(standing.TEAM_FIRST, field="officers")


def _lead(referral: Referral) -> None:
    """The lead that is to change hands is still the sender's to hand over."""
    if referral.lead is not None and referral_leads.takes_lead(referral):
        why, mend = referral_leads.why_it_stays(referral.lead, referral.sender)
        if why:
            raise DomainError(f"{why}，不能移送。{mend}")


def _complete(referral: Referral) -> None:
    """310号第六条: the four papers of a criminal referral, or a line that says why one is withheld."""
    papers = referral.papers.filter(round=0)
    kinds = set(papers.values_list("kind", flat=True))
    if not standing.is_penal(referral):
        if not papers.exists():
            raise DomainError("移送材料清单是空的，请至少登记移送函。", field="papers")
        return
    kind = referral.papers.model.Kind
    missing = [row.label for row in (kind.LETTER, kind.REPORT, kind.GOODS, kind.OPINION) if row not in kinds]
    if missing:
        raise DomainError(
            f"移送材料还缺：{'、'.join(missing)}。没有的请登记一行并写明不移送的理由（第310号令第六条）。",
            field="papers",
        )


def moment(referral: Referral, happened_at: dt.datetime | None) -> dt.datetime:
    """When an 线下单位 acted, as its paper says: not in the future, not before the step before it."""
    if happened_at is None:
        raise DomainError("请填写办理时间。", field="happened_at")
    plausible(happened_at, "happened_at")
    if happened_at > now():
        raise DomainError("办理时间在现在之后，请填写实际办理时间。", field="happened_at")
    last = referral.steps.filter(state=ReferralStep.State.TAKEN).order_by("-id").first()
    # a paper says its time to the minute: within the minute of the step before it comes after that step
    if last is not None and happened_at < last.happened_at.replace(second=0, microsecond=0):
        raise DomainError(f"办理时间早于上一步“{last.label}”，请核对。", field="happened_at")
    return happened_at if last is None else max(happened_at, last.happened_at)


def named(upload: Any) -> Upload | None:
    """(name, opened file) of an upload: a pair, or an uploaded file that knows its name."""
    if upload is None or isinstance(upload, tuple):
        return upload
    return upload.name, upload
