"""A report's numbers and content: live while it is a draft, from its frozen rows afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agencies.models import Agency, AgencyKind
from ledgers.columns import ANSWERS, OFFICIAL, OFFICIAL_KEYS, official_texts
from ledgers.models import Entry
from minewatch.lib.clock import local_date
from minewatch.lib.periods import Window
from reports.figures import FIGURES, Figure, Scope, Span, cumulative, totals
from reports.kinds import KINDS, Annex, Content, Kind, Line, Numbers, Paragraph
from reports.kinds.base import HEADINGS, span_words
from reports.models import Report, ReportFigure
from reports.rights import EDITABLE

YEAR = ":year"  # a frozen figure's key for 累计
CHUNK = 500
FIELDS = (*OFFICIAL_KEYS, *(f"{key}_text" for key in ANSWERS))


@dataclass(frozen=True)
class FrozenNumber:
    """A number with the keys of its rows, as read in one snapshot."""

    key: str
    value: int
    rows: list[str]


def kind_of(report: Report) -> Kind:
    """The kind of a report."""
    return KINDS[report.kind]


def window_of(report: Report) -> Window:
    """The report's data window; it knows what the report before it has told."""
    before = Report.objects.filter(
        agency=report.agency_id,
        kind=report.kind,
        form_version=report.form_version,
        window_end=report.window_start,
        frozen_at__isnull=False,
    ).first()
    if before is None:
        return Window(report.window_start, report.window_end)
    return Span(report.window_start, report.window_end, before.window_start, before.frozen_at)


def figures_of(report: Report) -> list[Figure]:
    """The report's figures in the order of the paper."""
    return [FIGURES[key] for key in kind_of(report).lines]


def live(report: Report, as_of: dt.datetime | None = None) -> Numbers:
    """The numbers now (or as of an instant) in the unit's scope; call it inside one `snapshot()`."""
    scope, window, figures = Scope.of_unit(report.agency), window_of(report), figures_of(report)
    now = totals(scope, window, as_of, figures=figures)
    year = totals(scope, cumulative(window), as_of, figures=[f for f in figures if f.adds_up])
    names = _missing_names(scope, window, as_of) if now.get("missing_units") else ()
    return Numbers(window, now, year, names)


def _missing_names(scope: Scope, window: Window, as_of: dt.datetime | None) -> tuple[str, ...]:
    return tuple(agency.label for agency in FIGURES["missing_units"].rows(scope, window, as_of))


def freeze(report: Report, as_of: dt.datetime) -> list[FrozenNumber]:
    """Every number of the report with its row keys as of an instant; call it inside one `snapshot()`."""
    scope, window = Scope.of_unit(report.agency), window_of(report)
    year = cumulative(window)
    found = []
    for figure in figures_of(report):
        found.append(_number(figure.key, figure, figure.rows(scope, window, as_of)))
        if figure.adds_up:
            found.append(_number(figure.key + YEAR, figure, figure.rows(scope, year, as_of)))
    return found


def _number(key: str, figure: Figure, rows) -> FrozenNumber:
    if not figure.measure:
        ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
        return FrozenNumber(key, len(ids), ids)
    pairs = list(rows.values_list("pk", figure.measure))
    return FrozenNumber(key, sum(value for _, value in pairs), [str(pk) for pk, _ in pairs])


def frozen(report: Report) -> Numbers:
    """The numbers as they were submitted."""
    values = dict(ReportFigure.objects.filter(report=report, issue=report.issue).values_list("key", "value"))
    missing = frozen_rows(report, "missing_units") if values.get("missing_units") else []
    return _numbers(report, {key: int(value) for key, value in values.items()}, missing)


def from_frozen(report: Report, found: Iterable[FrozenNumber]) -> Numbers:
    """Numbers from a freeze that is not stored yet."""
    found = list(found)
    missing = next((one.rows for one in found if one.key == "missing_units"), [])
    return _numbers(report, {one.key: one.value for one in found}, missing)


def _numbers(report: Report, values: dict[str, int], missing: Sequence[str]) -> Numbers:
    units = Agency.objects.in_bulk([int(pk) for pk in missing])
    return Numbers(
        Window(report.window_start, report.window_end),
        {key: value for key, value in values.items() if not key.endswith(YEAR)},
        {key.removesuffix(YEAR): value for key, value in values.items() if key.endswith(YEAR)},
        tuple(units[int(pk)].label for pk in missing if int(pk) in units),
    )


def frozen_rows(report: Report, key: str) -> list[str]:
    """Keys of the rows behind a frozen number, in the order of the paper."""
    row = ReportFigure.objects.filter(report=report, issue=report.issue, key=key).only("rows").first()
    return row.rows if row else []


def is_frozen(report: Report) -> bool:
    """Whether the report shows what was submitted."""
    return report.status not in EDITABLE


def numbers_of(report: Report) -> Numbers:
    """What the report shows: frozen numbers once submitted, else live ones."""
    return frozen(report) if is_frozen(report) else live(report)


def title_of(report: Report) -> str:
    """青石镇人民政府打击非法违法采矿工作周报; what speaks for the county bears its name."""
    agency = report.agency
    county = agency.kind in (AgencyKind.COUNTY, AgencyKind.JOINT_OFFICE)
    return f"{agency.county.name if county else agency.name}{kind_of(report).name}"


def period_words(report: Report) -> str:
    """2022年9月17日至9月23日"""
    return span_words(Window(report.window_start, report.window_end))


def written(report: Report, numbers: Numbers) -> dict[str, str]:
    """The paragraphs: edited ones as kept, the others anew from the numbers."""
    fresh = kind_of(report).text(numbers, period_words(report))
    return {
        key: report.narrative.get(key, text) if key in report.edited else text for key, text in fresh.items()
    }


def lines(report: Report, numbers: Numbers) -> tuple[Line, ...]:
    """The table of 二、主要数据."""
    return tuple(
        Line(
            figure.key,
            figure.label,
            figure.unit,
            numbers.now.get(figure.key, 0),
            numbers.year.get(figure.key),
        )
        for figure in figures_of(report)
    )


def notes_of(report: Report) -> tuple[str, ...]:
    """What a reader of the table must know."""
    window = Window(report.window_start, report.window_end)
    notes = ["“补报以前各期”为本期收到的以前各期巡查记录，不计入本期各项数字。"]
    if cumulative(window).start > window.start:
        notes.append("本期跨年度，累计自1月1日起计算。")
    if report.catch_up:
        notes.append("本期报表为补生成。")
    return tuple(notes)


def content(report: Report, numbers: Numbers, as_of: dt.datetime, *, narrative: dict[str, str]) -> Content:
    """Everything a writer needs, from numbers and texts already read."""
    return Content(
        title=title_of(report),
        unit=report.agency.name,
        recipient=report.recipient.name if report.recipient else "",
        period_words=period_words(report),
        sections=tuple(Paragraph(key, title, narrative.get(key, "")) for key, title in HEADINGS.items()),
        lines=lines(report, numbers),
        notes=notes_of(report),
        signed_on=local_date(as_of),
        as_of=as_of,
        filler=report.submitted_by.name if is_frozen(report) and report.submitted_by else "",
        draft=not is_frozen(report),
        annex=_annex(report, as_of),
    )


def _annex(report: Report, as_of: dt.datetime) -> Annex | None:
    if is_frozen(report):
        rows = _entries(frozen_rows(report, "patrols"))
    else:
        rows = FIGURES["patrols"].rows(Scope.of_unit(report.agency), window_of(report), as_of).values(*FIELDS)
    texts, marked = [], []
    for number, row in enumerate(rows, 1):
        texts.append(tuple(official_texts({**row, "seq": number})))
        if "yes" in (row["illegal"], row["beyond"], row["irregular"]):
            marked.append(number - 1)
    if not texts:
        return None
    head = tuple(column.label for column in OFFICIAL)
    return Annex("巡查检查台账", head, tuple(texts), tuple(marked), "发现问题的")


def _entries(keys: Sequence[str]) -> Iterable[dict]:
    """Rows by key in the order of the keys, in chunks."""
    for start in range(0, len(keys), CHUNK):
        part = [int(key) for key in keys[start : start + CHUNK]]
        found = {row["pk"]: row for row in Entry.objects.filter(pk__in=part).values("pk", *FIELDS)}
        yield from (found[pk] for pk in part if pk in found)
