"""Numbers of cases and papers: the unit's own template, a yearly series without gap or repeat.

A number is taken in the transaction that uses it (core.models.Counter): a rollback gives it back, a second
writer waits. Placeholders are replaced one by one; no format string of a user is ever interpreted.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import IntegrityError

from cases.models import Case, CaseNumber
from core.errors import DomainError
from core.models import Counter

if TYPE_CHECKING:
    from agencies.models import Agency

KINDS = {
    "case": "立案（案件编号）",
    "notice": "处罚告知书",
    "hearing": "听证通知书",
    "decision": "处理决定书",
    "urging": "催告书",
    "court": "强制执行申请书",
    "stop": "责令停止违法行为通知书",
    "measure": "查封扣押、先行登记保存决定书",
}
DEFAULT = "{organ}立字〔{year}〕{seq}号"
PLACES = re.compile(r"\{(year|organ|seq(?::0([1-9]))?)\}")
WORDS = {"organ": "代字", "year": "年份", "seq": "序号"}
NAMES = {word: name for name, word in WORDS.items()}
SHOWN = re.compile(r"\{(代字|年份|序号)([1-9])?\}")
BRACE = re.compile(r"[{}]")
LONGEST = 60


def template_of(agency: Agency, kind: str, on: dt.date) -> CaseNumber | None:
    """The unit's template in force on that day, None when it keeps none."""
    rows = CaseNumber.objects.filter(agency=agency, kind=kind, valid_from__lte=on)
    return rows.order_by("-valid_from").first()


def take(agency: Agency, kind: str, on: dt.date) -> str:
    """The next number of the unit's series of that year; by the house's template when it keeps none.

    A case number that somebody typed ahead of the series has its place in it and is not given again.
    """
    row = template_of(agency, kind, on)
    template, organ = (row.template, row.organ) if row else (DEFAULT, agency.label)
    while True:
        number = said(template, organ, on.year, Counter.take(series(agency, kind, on.year)))
        if kind != "case" or not Case.objects.filter(holder=agency, number=number).exists():
            return number


def take_if_kept(agency: Agency, kind: str, on: dt.date) -> str:
    """As `take` for a paper whose series the unit keeps here, else ""."""
    return take(agency, kind, on) if template_of(agency, kind, on) else ""


def typed(holder: Agency, number: str, but: Case | None = None) -> str:
    """A case number that somebody typed, cut to its column. Raises DomainError at `number` when another case
    of the unit has it already."""
    number = number.strip()[:80]
    others = Case.objects.filter(holder=holder, number=number).exclude(pk=but.pk if but else None)
    if number and others.exists():
        raise DomainError(f"{holder.label}已有案件使用“{number}”，请核对文号。", field="number")
    return number


@contextmanager
def unclashed() -> Iterator[None]:
    """A number that two type at one instant: the second hears of it at the field, as from `typed`."""
    try:
        yield
    except IntegrityError as error:
        if "case_number_once" in str(error) or "cases_case.number" in str(error):
            raise DomainError("这个案件编号刚刚已被另一件案件使用，请核对文号。", field="number") from None
        raise


def series(agency: Agency, kind: str, year: int) -> str:
    """Key of the yearly counter."""
    return f"no:{agency.pk}:{kind}:{year}"


def said(template: str, organ: str, year: int, seq: int) -> str:
    """The number in words of the template."""

    def place(found: re.Match[str]) -> str:
        if found[1] == "year":
            return str(year)
        if found[1] == "organ":
            return organ
        return str(seq).zfill(int(found[2] or 1))

    return PLACES.sub(place, template)[:80]


def shown(template: str) -> str:
    """The template in the words of the page: {代字}、{年份}、{序号}、{序号3}."""

    def word(found: re.Match[str]) -> str:
        name = found[1].partition(":")[0]
        return f"{{{WORDS[name]}{found[2] or ''}}}"

    return PLACES.sub(word, template)


def stored(text: str) -> str:
    """The template as it is kept, from either spelling."""

    def place(found: re.Match[str]) -> str:
        name = NAMES[found[1]]
        return f"{{{name}:0{found[2]}}}" if found[2] else f"{{{name}}}"

    return SHOWN.sub(place, text)


def checked(template: str) -> str:
    """The template as it is kept, if its numbers can never repeat. Raises DomainError at `template`."""
    template = stored(template.strip())
    if not template or len(template) > LONGEST:
        raise DomainError(f"请填写编号格式，不超过{LONGEST}字。", field="template")
    names = [found[1].partition(":")[0] for found in PLACES.finditer(template)]
    if BRACE.search(PLACES.sub("", template)):
        raise DomainError(
            "花括号里只能写 {代字}、{年份}、{序号}，三位序号写 {序号3}。",
            field="template",
        )
    if names.count("seq") != 1 or "year" not in names:
        raise DomainError("编号格式应当有 {年份} 和一个 {序号}，否则编号会重复。", field="template")
    return template
