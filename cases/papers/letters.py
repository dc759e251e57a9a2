"""A letter of referral as official paper, its 回执 on a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.papers.words import Letter, Receipt, letter_of
from minewatch.lib.paper import BODY, HEAD1, HEAD2, TITLE, line, new, parts, saved, signed

if TYPE_CHECKING:
    from docx.document import Document

    from agencies.models import Member
    from cases.models import Referral

NUMERALS = "一二三四"
BLANK_NAME = "          "


def letter(referral: Referral, reader: Member) -> bytes:
    """The Word document; the same letter gives the same bytes."""
    said = letter_of(referral, reader)
    made = new()
    line(made, said.title, TITLE, centred=True)
    line(made, said.number, HEAD2, centred=True)
    line(made, "")
    line(made, f"{said.receiver}：")
    line(made, said.opening, indent=True)
    for numeral, (heading, texts) in zip(NUMERALS, said.parts, strict=False):
        line(made, f"{numeral}、{heading}", HEAD1, indent=True)
        for text in texts:
            line(made, text, indent=True)
    for text in said.closing:
        line(made, text, indent=True)
    _labelled(made, "联系人", said.contact)
    _attachments(made, said.papers)
    _end(made, said)
    _receipt(made, said)
    return saved(made, said.at)


def _labelled(made: Document, label: str, text: str) -> None:
    row = line(made, f"{label}：", HEAD1, indent=True)
    parts.dress(row.add_run(text), BODY)


def _attachments(made: Document, names: tuple[str, ...]) -> None:
    """附件说明: no mark after a name (domain.md E.1)."""
    if not names:
        return
    line(made, "")
    if len(names) == 1:
        line(made, f"附件：{names[0]}", indent=True)
        return
    rows = [
        line(made, f"{'附件：' if n == 1 else '　　　'}{n}.{name}", indent=True)
        for n, name in enumerate(names, start=1)
    ]
    parts.keep_together(rows)


def _end(made: Document, said: Letter) -> None:
    line(made, "")
    signed(made, said.sender, said.day)
    parts.keep_together(made.paragraphs[-3:])
    if said.copies_to:
        line(made, "")
        line(made, f"抄送：{said.copies_to}。", indent=True)


def _receipt(made: Document, said: Letter) -> None:
    receipt: Receipt = said.receipt
    head = line(made, receipt.title, TITLE, centred=True)
    head.paragraph_format.page_break_before = True
    line(made, "")
    line(made, f"{said.sender}：")
    line(made, f"你单位送来的{receipt.paper}及所附材料已收到。", indent=True)
    if receipt.parties:
        _labelled(made, "当事人", receipt.parties)
    _labelled(made, "收到日期", receipt.received_on)
    _labelled(made, "签收人", receipt.received_by or BLANK_NAME)
    line(made, "")
    signed(made, f"{said.receiver}（盖章）", receipt.received_on)
