"""Figures that a county registers: 本省标准 by two people, prices of minerals by natural resources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction

from agencies.models import Division
from cases.actions.sentinel import open_cases, record_change, refresh
from cases.law import province_of
from cases.line_rules import NR_ONLY, OFFICE_ONLY, OTHER_ONE, may_set_figures, pricing_unit
from cases.line_states import FIGURE_MOVES, FigureStatus
from cases.models import Case, MineralPrice, ProvinceFigure, Threshold, Violation
from cases.sentinel import Standing, standing
from core import audit
from core.errors import DomainError, NotAllowed
from core.once import once
from core.wording import words
from core.workflow import move
from duties.moments import plausible
from minewatch.lib.clock import local_date, now
from minewatch.lib.text import fold

if TYPE_CHECKING:
    from agencies.models import Member

CENT = Decimal("0.01")
DEAREST = Decimal(10) ** 8


# 本省标准 -----------------------------------------------------------------------------------------------


def propose_figure(
    *,
    by: Member,
    county: Division,
    line: str,
    measure: str,
    zone: str,
    amount: Decimal,
    source: str,
    valid_from: dt.date,
    token: UUID | None = None,
) -> ProvinceFigure:
    """本省标准 of one line from a day on; nothing changes before another has confirmed it.

    Raises NotAllowed, DomainError (outside the range of the interpretation, no source, one waiting already).
    """
    if not may_set_figures(by, county.code):
        raise NotAllowed(OFFICE_ONLY)
    _check_figure(line, measure, zone, amount, source, valid_from)
    province = province_of(county.code)
    key = {"province": province, "line": line, "measure": measure, "zone": zone}

    def make() -> ProvinceFigure:
        if ProvinceFigure.objects.filter(**key, valid_from=valid_from, status=FigureStatus.PROPOSED).exists():
            raise DomainError("这一标准已有一份登记在等核对。", field="line")
        row = ProvinceFigure.objects.create(
            county=county,
            **key,
            amount=amount,
            source=source.strip(),
            valid_from=valid_from,
            proposed_by=by,
            proposed_at=now(),
        )
        audit.record("law.figure_proposed", actor=by, subject=row, facts={"province": province, "line": line})
        return row

    return once(token=token, verb="law.figure_proposed", member=by, make=make)


def national(line: str, measure: str, zone: str, day: dt.date) -> Threshold | None:
    """The nation's row of that line on a day: the range within which a province chooses."""
    rows = Threshold.objects.filter(line=line, measure=measure, zone=zone, province="", valid_from__lte=day)
    return rows.filter(high__isnull=False).order_by("-valid_from").first()


def _check_figure(
    line: str, measure: str, zone: str, amount: Decimal, source: str, valid_from: dt.date
) -> None:
    plausible(dt.datetime.combine(valid_from, dt.time.min), "valid_from")
    span = national(line, measure, zone, valid_from)
    if span is None:
        raise DomainError("请选择一项由各省确定具体数额的标准；施行日期不能早于司法解释。", field="line")
    if not span.low <= amount <= span.high:
        words = f"{span.low.normalize():f}{span.unit}至{span.high.normalize():f}{span.unit}"
        raise DomainError(f"本省标准应在司法解释规定的幅度内（{words}）。", field="amount")
    if not source.strip():
        raise DomainError("请写明来源（本省高级人民法院、检察院的文号和条款）。", field="source")
    if len(source.strip()) > 200:
        raise DomainError("来源不能超过200字。", field="source")


def confirm_figure(*, figure: ProvinceFigure, by: Member, version: int | None = None) -> ProvinceFigure:
    """核对无误: the figure counts from its day. Cases that it takes further from the line are logged."""
    _guard_second(figure, by)

    def put() -> None:
        span = national(figure.line, figure.measure, figure.zone, figure.valid_from)
        if span is None:
            raise DomainError("司法解释的幅度已经变动，请退回后重新登记。")
        values = {"low": span.low, "high": span.high, "unit": span.unit, "basis": span.basis}
        row, _ = Threshold.objects.update_or_create(
            line=figure.line,
            measure=figure.measure,
            zone=figure.zone,
            province=figure.province,
            valid_from=figure.valid_from,
            defaults=values | {"chosen": figure.amount, "source": figure.source, "uncertain": False},
        )
        move(
            figure,
            FIGURE_MOVES["confirm"],
            expected_version=version,
            decided_by=by,
            decided_at=now(),
            threshold=row,
        )
        audit.record("law.figure_confirm", actor=by, subject=figure, facts={"province": figure.province})

    with transaction.atomic():
        reason = f"本省标准自{figure.valid_from.isoformat()}起确定（{figure.source}）"
        _recount(_cases_of_province(figure.province), by, reason, put)
    return figure


def refuse_figure(
    *, figure: ProvinceFigure, by: Member, reason: str, version: int | None = None
) -> ProvinceFigure:
    """退回 with a reason: nothing changes."""
    _guard_second(figure, by)
    reason = words(FIGURE_MOVES["refuse"].require_reason(reason), "退回原因", "reason", 200)
    with transaction.atomic():
        move(
            figure,
            FIGURE_MOVES["refuse"],
            expected_version=version,
            decided_by=by,
            decided_at=now(),
            words=reason,
        )
        audit.record("law.figure_refuse", actor=by, subject=figure, facts={"province": figure.province})
    return figure


def _guard_second(figure: ProvinceFigure, by: Member) -> None:
    if not may_set_figures(by, figure.county.code):
        raise NotAllowed(OFFICE_ONLY)
    if by.pk == figure.proposed_by_id:
        raise NotAllowed(OTHER_ONE)


# prices -------------------------------------------------------------------------------------------------


def enter_price(
    *,
    by: Member,
    mineral: str,
    price: Decimal,
    source: str,
    valid_from: dt.date,
    token: UUID | None = None,
) -> MineralPrice:
    """The price of a mineral product (元/吨) in the county from a day on, with its source.

    Raises NotAllowed, DomainError (no source, a day to come, one of that day already).
    """
    unit = pricing_unit(by)
    if unit is None:
        raise NotAllowed(NR_ONLY)
    mineral = fold(mineral)
    _check_price(mineral, price, source, valid_from)
    county = unit.county

    def make() -> MineralPrice:
        row = MineralPrice(
            county=county,
            mineral=mineral,
            price=price,
            source=source.strip(),
            valid_from=valid_from,
            entered_by=by,
            entered_at=now(),
        )

        def put() -> None:
            there = MineralPrice.objects.filter(
                county=county, mineral=mineral, valid_from=valid_from, withdrawn_at__isnull=True
            )
            if there.exists():
                raise DomainError("这一矿种在这一天已有价格；有误的请先作废再登记。", field="valid_from")
            row.save()
            audit.record("law.price_entered", actor=by, agency=unit, subject=row)

        cases = _cases_of_mineral(county.code, mineral)
        _recount(cases, by, f"登记{mineral}自{valid_from.isoformat()}起的单价（{source.strip()}）", put)
        return row

    try:
        return once(token=token, verb="law.price_entered", member=by, make=make)
    except IntegrityError:
        raise DomainError("这一矿种在这一天已有价格；有误的请先作废再登记。", field="valid_from") from None


def _check_price(mineral: str, price: Decimal, source: str, valid_from: dt.date) -> None:
    if not mineral or len(mineral) > 40:
        raise DomainError("请填写矿种，不超过40字。", field="mineral")
    if not 0 < price < DEAREST:
        raise DomainError("单价应大于0元/吨，请核对单位。", field="price")
    if price != price.quantize(CENT):
        raise DomainError("单价最多两位小数。", field="price")
    if not source.strip() or len(source.strip()) > 200:
        raise DomainError("请写明价格来源（价格认证、公布的行情等），不超过200字。", field="source")
    plausible(dt.datetime.combine(valid_from, dt.time.min), "valid_from")
    if valid_from > local_date(now()):
        raise DomainError("价格的起始日期不能晚于今天。", field="valid_from")


def withdraw_price(*, price: MineralPrice, by: Member, reason: str) -> MineralPrice:
    """作废 with a reason; the row stays. Cases that it takes further from the line are logged."""
    unit = pricing_unit(by)
    if unit is None or unit.county.pk != price.county_id:
        raise NotAllowed(NR_ONLY)
    reason = words(reason, "作废原因", "reason", 200)

    def put() -> None:
        rows = MineralPrice.objects.filter(pk=price.pk, withdrawn_at__isnull=True)
        stamps = {"withdrawn_at": now(), "withdrawn_by": by, "withdraw_reason": reason}
        if rows.update(**stamps) != 1:
            raise DomainError("这一价格已经作废。")
        price.refresh_from_db()
        audit.record("law.price_withdrawn", actor=by, agency=unit, subject=price)

    with transaction.atomic():
        _recount(_cases_of_mineral(price.county.code, price.mineral), by, f"作废单价：{reason}", put)
    return price


# what it does to cases ----------------------------------------------------------------------------------


def _cases_of_mineral(county: str, mineral: str) -> list[Case]:
    acts = Violation.objects.filter(case__in=open_cases(county).values("pk"))
    found = {case for case, name in acts.values_list("case_id", "mineral") if fold(name) == mineral}
    return list(open_cases(county).filter(pk__in=found))


def _cases_of_province(province: str) -> list[Case]:
    acts = Violation.objects.filter(case__in=open_cases(province).values("pk"))
    return list(open_cases(province).filter(pk__in=acts.values("case_id")))


def _recount(cases: list[Case], by: Member, reason: str, put: Callable[[], None]) -> None:
    """Do `put` and log each open case that it took further from a line; the others' marks are renewed."""
    before: dict[int, Standing] = {case.pk: standing(case) for case in cases}
    put()
    for case in cases:
        after = standing(case)
        if record_change(case, by=by, before=before[case.pk], after=after, reason=reason[:300]) is None:
            refresh(case, after)
