"""Papers of a case for Word, to be printed, signed and sealed: which there are, when, and their layout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases.models import Case
from cases.papers import case_words as words
from cases.states import CaseStatus as S
from cases.states import Outcome
from minewatch.lib.paper import BODY, HEAD1, HEAD2, TITLE, line, new, parts, saved, signed

if TYPE_CHECKING:
    from docx.document import Document

NUMERALS = "一二三四五六七八"
WIDTHS = (24, 76)
POINTS = 14
BEFORE = (S.DRAFT, S.FILING, S.NOT_FILED)
IMPOSING = ("", Outcome.PENALISED, Outcome.COURT_TAKES)


@dataclass(frozen=True)
class Form:
    """One kind of paper: its name in a list and in the file's name, what it says, when it is offered."""

    label: str
    words: Callable[[Case], words.Letter | words.Sheet]
    offered: Callable[[Case], bool]


def _filed(case: Case) -> bool:
    return case.status not in BEFORE


def _proposed(case: Case) -> bool:
    return _filed(case) and case.outcome in IMPOSING and bool(words.own_penalties(case))


def _decided(case: Case) -> bool:
    return case.decided_on is not None or case.status == S.DECIDING


#: By the name in the address. A draft may be printed before the step is taken: what is not known stays blank.
FORMS: dict[str, Form] = {
    "filing": Form("立案审批表", words.filing, lambda case: True),
    "notice": Form("行政处罚（听证）告知书", words.notice, _proposed),
    "decision": Form(
        "行政处罚决定书",
        words.decision,
        lambda case: _decided(case) and case.outcome in (*IMPOSING, *words.NOT_PENALISED),
    ),
    "receipt": Form("送达回证", words.receipt, _filed),
    "urging": Form(
        "催告书",
        words.urging,
        lambda case: case.served_on is not None and case.outcome in IMPOSING,
    ),
    "closing": Form("结案审批表", words.closing, lambda case: case.decided_on is not None),
}


def offered(case: Case) -> dict[str, Form]:
    """Papers that this case may have as it stands; a case on the criminal track has none here."""
    if case.track != Case.Track.ADMIN:
        return {}
    return {name: form for name, form in FORMS.items() if form.offered(case)}


def paper(case: Case, name: str) -> bytes:
    """The Word document; the same case on the same day gives the same bytes."""
    said = FORMS[name].words(case)
    made = new()
    if isinstance(said, words.Letter):
        _letter(made, said)
    else:
        _sheet(made, said)
    last = case.steps.order_by("-id").first()
    return saved(made, last.happened_at if last else case.opened_at)


def _letter(made: Document, said: words.Letter) -> None:
    line(made, said.title, TITLE, centred=True)
    line(made, said.number, HEAD2, centred=True)
    line(made, "")
    line(made, f"{said.to}：")
    for text in said.opening:
        line(made, text, indent=True)
    for numeral, (heading, texts) in zip(NUMERALS, said.parts, strict=False):
        head = line(made, f"{numeral}、{heading}", HEAD1, indent=True)
        head.paragraph_format.keep_with_next = True
        for text in texts:
            line(made, text, indent=True)
    for text in said.closing:
        line(made, text, indent=True)
    line(made, "")
    signed(made, f"{said.sender}（盖章）", said.day)
    parts.keep_together(made.paragraphs[-3:])


def _sheet(made: Document, said: words.Sheet) -> None:
    line(made, said.title, TITLE, centred=True)
    line(made, said.number, HEAD2, centred=True)
    line(made, "")
    parts.table(made, ("项目", "内容"), said.rows, WIDTHS, left=(1,), points=POINTS)
    parts.write(made.add_paragraph(), "", BODY)
