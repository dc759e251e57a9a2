"""What the papers of a referral say, in words and without any layout."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases.edges import Edge
from cases.referral_lists import papers_of
from cases.referral_parties import parties_of
from duties.words import day_words
from minewatch.lib.clock import SHANGHAI

if TYPE_CHECKING:
    from agencies.models import Member
    from cases.models import Paper, Referral

BLANK_DAY = "    年    月    日"
FIRST_ROUND = 0


@dataclass(frozen=True)
class Letter:
    """One letter: `parts` are (heading, paragraphs), `papers` the names under 附件."""

    title: str
    number: str
    sender: str
    receiver: str
    opening: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    closing: tuple[str, ...]
    contact: str
    papers: tuple[str, ...]
    copies_to: str
    day: str
    at: dt.datetime
    receipt: Receipt


@dataclass(frozen=True)
class Receipt:
    """回执: what came in, about whom; day and name stay blank until it was signed for."""

    title: str
    paper: str
    parties: str
    received_on: str
    received_by: str


def day_of(at: dt.datetime | None) -> str:
    """2026年9月30日, or a blank to be filled in by hand."""
    return day_words(at.astimezone(SHANGHAI).date()) if at else BLANK_DAY


def lines(text: str) -> tuple[str, ...]:
    """The paragraphs that were typed, without empty ones."""
    return tuple(part.strip() for part in text.splitlines() if part.strip())


def letter_of(referral: Referral, reader: Member) -> Letter:
    """The letter of `referral` as `reader` may have it."""
    kind = referral.kind
    penal = referral.edge == Edge.CRIMINAL
    risk = referral.edge == Edge.RISK_LETTER
    title = kind.paper if penal or risk else f"关于“{referral.title}”的{kind.paper}"
    rows = papers_of(reader, referral).filter(round=FIRST_ROUND).order_by("id")
    return Letter(
        title=title,
        number=referral.document_number or referral.number,
        sender=referral.sender.name,
        receiver=referral.receiver.name,
        opening=_opening(referral),
        parts=_parts(referral, reader),
        closing=_closing(referral),
        contact=_contact(referral),
        papers=tuple(_attached(row) for row in rows if row.goes_over),
        copies_to=_copies(referral) if penal else "",
        day=day_of(referral.sent_at),
        at=referral.sent_at or referral.drafted_at,
        receipt=_receipt(referral, reader),
    )


def _attached(row: Paper) -> str:
    """A name under 附件: how many, and what of it is left out."""
    notes = [f"{row.copies}份"] if row.copies > 1 else []
    notes += [f"部分不移送：{row.withheld}"] if row.withheld else []
    return f"{row.name}（{'，'.join(notes)}）" if notes else row.name


def _opening(referral: Referral) -> str:
    basis = referral.kind.basis
    if referral.edge == Edge.CRIMINAL:
        return (
            f"我单位在查处“{referral.title}”一案中，发现有关行为涉嫌犯罪。根据《中华人民共和国行政处罚法》"
            f"第二十七条和{basis}，经本单位主要负责人批准，现将该案移送你单位。"
        )
    if referral.edge == Edge.RISK_LETTER:
        return f"我单位在工作中发现下列矿产资源监管方面的风险隐患，现提示如下（案由：{referral.title}）。"
    return f"根据{basis}，现将“{referral.title}”有关情况及材料送你单位。"


def _parts(referral: Referral, reader: Member) -> tuple[tuple[str, tuple[str, ...]], ...]:
    risk = referral.edge == Edge.RISK_LETTER
    said = [
        ("当事人", tuple(row.words for row in parties_of(referral, reader))),
        ("发现的风险隐患" if risk else "事实和理由", lines(referral.summary)),
        ("依据", (f"{referral.kind.basis}。",) if risk else ()),
        ("建议" if risk else "请求事项", lines(referral.purpose)),
    ]
    return tuple((heading, text) for heading, text in said if text)


def _closing(referral: Referral) -> tuple[str, ...]:
    if referral.edge == Edge.CRIMINAL:
        return (
            "你单位决定立案的，请书面通知我单位。我单位自接到立案通知书之日起3日内，移交涉案物品以及与案件"
            "有关的其他材料，并办结交接手续。",
            "你单位决定不予立案的，请书面说明理由，并退回案卷材料。",
        )
    due = referral.reply_due
    if due:
        return (f"请于{day_of(due)}前将办理结果书面反馈我单位。",)
    return ("请将办理结果书面反馈我单位。",)


def _contact(referral: Referral) -> str:
    by = referral.drafted_by
    return f"{by.name}，电话：{by.phone}" if by.phone else by.name


def _copies(referral: Referral) -> str:
    return referral.supervisor.name if referral.supervisor else "同级人民检察院"


def _receipt(referral: Referral, reader: Member) -> Receipt:
    step = None
    if referral.received_at:
        step = referral.steps.filter(move="receive", state="taken").order_by("-id").first()
    numbers = "，".join(filter(None, (referral.number, referral.document_number)))
    return Receipt(
        title=f"{referral.kind.paper}回执",
        paper=f"{referral.kind.paper}（{numbers}）",
        parties="、".join(row.name for row in parties_of(referral, reader)),
        received_on=day_of(referral.received_at),
        received_by=step.by.name if step and step.by and not step.proxy else "",
    )
