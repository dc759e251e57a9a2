"""The three ledgers that the notices name (domain.md A.4 JC-3, A.8): views over the same rows, never copies.

打击处理: every case. 监管整治: letters that ask a regulator to mend something, referrals that ended with
something mended, and what inspections found and hung on the 问题台账. 双向移交反馈: everything that was
handed over, both ways, with its answer. Who may not read the content of a row sees its number,
units, states and dates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Cast
from django.urls import reverse

from agencies.models import AgencyKind
from cases import sight
from cases.edges import EDGES, Edge, Result
from cases.models import Case, Penalty, Referral
from cases.states import Family
from core.templatetags.mw import num, zh_date, zh_datetime
from duties.models import Item
from ledgers.models.inspections import Inspection
from minewatch.lib.clock import SHANGHAI

if TYPE_CHECKING:
    from agencies.models import Member

SEALED = "内容由承办单位掌握"
LETTERS = [edge for edge, kind in EDGES.items() if kind.family == Family.LETTER]
#: Letters that ask nobody to mend anything.
NO_REMEDY = (Edge.PROCURATORATE, Edge.CREDIT_PUSH)
REMEDIES = [edge for edge in LETTERS if edge not in NO_REMEDY]
Row = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Rows of one table for a member in a year, and how a row is written down."""

    model: type[Model]
    rows: Callable[[Member, int | None], QuerySet]
    write: Callable[[Any], Row]


@dataclass(frozen=True)
class Ledger:
    """One ledger: its columns and where its rows come from; `order` names columns that all of them have."""

    title: str
    lead: str
    columns: tuple[str, ...]
    sources: tuple[Source, ...]
    order: tuple[str, ...] = ("-id",)

    @property
    def head(self) -> list[dict[str, str]]:
        """The columns as patterns/list.html wants them."""
        return [{"label": label} for label in self.columns]

    def write(self, row: Any) -> Row:
        """The row as its table writes it."""
        return next(one.write for one in self.sources if isinstance(row, one.model))(row)


def _among(readable: QuerySet) -> Exists:
    """Whether the row's content is the reader's, asked with the row itself."""
    return Exists(readable.filter(pk=OuterRef("pk")))


def in_year(field: str, year: int | None) -> Q:
    """Rows whose instant lies in that year in Shanghai; all without one."""
    if year is None:
        return Q()
    first = dt.datetime(year, 1, 1, tzinfo=SHANGHAI)
    return Q(**{f"{field}__gte": first, f"{field}__lt": first.replace(year=year + 1)})


# 打击处理 ------------------------------------------------------------------------------------------


def _cases(member: Member, year: int | None) -> QuerySet[Case]:
    rows = Case.objects.known_to(member).filter(in_year("opened_at", year))
    rows = rows.annotate(
        page=_among(Case.objects.visible_to(member)), content=_among(Case.objects.open_to(member))
    )
    sent = Prefetch("referrals", Referral.objects.visible_to(member))
    return rows.select_related("holder").prefetch_related("parties", "penalties", sent)


def _write_case(row: Case) -> Row:
    content = row.content  # type: ignore[attr-defined]
    sent = [f"{one.number} {one.get_status_display()}" for one in row.referrals.all()]
    cells = (
        row.number if content and row.number else row.serial,
        row.get_track_display(),
        row.title if content else SEALED,
        "、".join(party.name for party in row.parties.all()) if content else "",
        row.location if content else "",
        row.holder.label,
        zh_date(row.filed_on),
        penalties(row) if content else "",
        "；".join(sent),
        row.get_outcome_display() if content and row.outcome else "",
        row.get_status_display(),
    )
    return {
        "url": reverse("cases:case", args=[row.pk]) if row.page else "",  # type: ignore[attr-defined]
        "cells": [{"text": text} for text in cells],
    }


def penalties(case: Case) -> str:
    """罚款50000元、没收矿产品300吨."""
    found = []
    for row in case.penalties.all():
        amount = num(row.fine, "元") if row.fine else num(row.quantity, "吨") if row.quantity else ""
        found.append(f"{Penalty.Kind(row.kind).label}{amount}")
    return "、".join(found)


# 监管整治、双向移交反馈 ----------------------------------------------------------------------------


def _sent(member: Member, year: int | None) -> QuerySet[Referral]:
    rows = Referral.objects.visible_to(member).filter(in_year("sent_at", year), sent_at__isnull=False)
    return rows.annotate(content=_among(sight.open_to(member))).select_related("sender", "receiver")


def _remedies(member: Member, year: int | None) -> QuerySet[Referral]:
    mended = Q(result=Result.RECTIFIED) & Q(pk__in=sight.open_to(member).values("pk"))
    return _in_one_list(_sent(member, year).filter(Q(edge__in=REMEDIES) | mended), "sent_at", 0)


def _findings(member: Member, year: int | None) -> QuerySet[Item]:
    """问题清单 of inspections: what a unit has to mend by a day. A 暗访 stays hidden as its items do."""
    seen = Inspection.objects.annotate(key=Cast("pk", CharField())).filter(key=OuterRef("list__source_id"))
    rows = Item.objects.visible_to(member).filter(list__source_kind="ledgers.inspection")
    rows = rows.annotate(found_at=Subquery(seen.values("starts_at"))).filter(in_year("found_at", year))
    rows = rows.exclude(status=Item.Status.STRUCK)
    return _in_one_list(rows.select_related("list", "agency", "found_by", "list__agency"), "found_at", 1)


def _in_one_list(rows: QuerySet, at: str, nth: int) -> QuerySet:
    """Letters and findings stand in one list by their instants; their keys never meet."""
    key = ExpressionWrapper(F("pk") * 2 + nth, output_field=BigIntegerField())
    return rows.annotate(at=F(at), key=key)


def _write_finding(row: Item) -> Row:
    found_by = row.found_by or row.list.agency
    cells = (
        f"{row.list.title}第{row.number}项",
        "检查问题",
        found_by.label,
        row.agency.label,
        f"{row.name}：{row.problem}" if row.problem else row.name,
        row.demand,
        zh_date(row.found_at),  # type: ignore[attr-defined]
        zh_date(row.due_at),
        zh_date(row.closed_at),
        row.outcome,
        row.get_status_display(),
    )
    return {"url": reverse("duties:item", args=[row.pk]), "cells": [{"text": text} for text in cells]}


def _write_remedy(row: Referral) -> Row:
    content = row.content  # type: ignore[attr-defined]
    return _line(
        row,
        row.number,
        row.get_edge_display(),
        row.sender.label,
        row.receiver.label,
        row.title if content else SEALED,
        row.purpose if content else "",
        zh_date(row.sent_at),
        zh_date(row.reply_due),
        zh_date(row.answered_at),
        row.get_result_display() if content and row.result else "",
        row.get_status_display(),
    )


def _exchange(member: Member, year: int | None) -> QuerySet[Referral]:
    late = Count("steps", filter=Q(steps__late=True, steps__state="taken"), distinct=True)
    return _sent(member, year).annotate(late_steps=late)


def _write_exchange(row: Referral) -> Row:
    content = row.content  # type: ignore[attr-defined]
    late = row.late_steps  # type: ignore[attr-defined]
    return _line(
        row,
        row.number,
        direction(row),
        row.get_edge_display(),
        row.title if content else SEALED,
        row.sender.label,
        row.receiver.label,
        zh_datetime(row.sent_at),
        zh_datetime(row.received_at),
        zh_datetime(row.answered_at),
        row.get_result_display() if content and row.result else "",
        row.get_status_display(),
        f"{late}步" if late else "",
    )


def direction(row: Referral) -> str:
    """行政机关→公安机关 and back; otherwise between departments."""
    if row.receiver.kind == AgencyKind.POLICE:
        return "移送公安机关"
    if row.sender.kind == AgencyKind.POLICE:
        return "公安机关移出"
    return "部门之间"


def _line(row: Referral, *texts: str) -> Row:
    url = reverse("cases:referral", args=[row.pk])
    return {"url": url, "cells": [{"text": text} for text in texts]}


LEDGERS: dict[str, Ledger] = {
    "crackdown": Ledger(
        "打击处理台账",
        "立案查处的案件，一案一行。",
        (
            "编号",
            "性质",
            "案由",
            "当事人",
            "地点",
            "承办单位",
            "立案日期",
            "处罚",
            "移送",
            "处理结果",
            "状态",
        ),
        (Source(Case, _cases, _write_case),),
    ),
    "remedy": Ledger(
        "监管整治台账",
        "提示函、告知函、名单函要求整治的，移送后责令整改完成的，以及检查列入问题清单、限期整改的。",
        (
            "编号",
            "类型",
            "发出（发现）单位",
            "整治单位",
            "事由（问题）",
            "建议（整改要求）",
            "发出（发现）日期",
            "反馈（整改）期限",
            "反馈（销号）日期",
            "结果",
            "状态",
        ),
        (Source(Referral, _remedies, _write_remedy), Source(Item, _findings, _write_finding)),
        ("-at", "-key"),
    ),
    "exchange": Ledger(
        "双向移交反馈台账",
        "已经移送的，每件都要有签收、有反馈。",
        (
            "移送编号",
            "方向",
            "类型",
            "案由",
            "移送单位",
            "接收单位",
            "移送时间",
            "签收时间",
            "反馈时间",
            "结果",
            "状态",
            "超期",
        ),
        (Source(Referral, _exchange, _write_exchange),),
    ),
}
