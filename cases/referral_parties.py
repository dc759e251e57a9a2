"""当事人 named in a referral's letter: frozen as they are handed over, and who reads them there.

The sender's case is not open to the receiver; what the letter names is. So the hand-over keeps the parties as
the letter names them (`kept`), and each reader gets them from what is theirs: the sender's case, the letter
that was handed over while they have its papers, or a case of their own.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from cases import sight
from cases.models import Case, Party

if TYPE_CHECKING:
    from agencies.models import Member
    from cases.models import Referral


@dataclass(frozen=True)
class Named:
    """One party as a letter names it; what was noted about it is not told."""

    kind: str
    name: str
    code: str = ""
    phone: str = ""
    address: str = ""
    representative: str = ""

    @property
    def words(self) -> str:
        """某公司（统一社会信用代码：…，法定代表人（负责人）：…）"""
        code = "统一社会信用代码" if self.kind == Party.Kind.FIRM else "证件号码"
        said = (
            (code, self.code),
            ("法定代表人（负责人）", self.representative),
            ("住址（住所）", self.address),
            ("电话", self.phone),
        )
        more = "，".join(f"{label}：{value}" for label, value in said if value)
        return f"{self.name}（{more}）" if more else self.name


def named(case: Case) -> tuple[Named, ...]:
    """The parties of a case as it stands."""
    rows = case.parties.all()
    return tuple(
        Named(row.kind, row.name, row.code, row.phone, row.address, row.representative) for row in rows
    )


def kept(referral: Referral) -> list[dict[str, str]]:
    """What the hand-over keeps: the parties of the sender's case at that moment."""
    return [asdict(row) for row in named(referral.case)] if referral.case else []


def parties_of(referral: Referral, reader: Member) -> tuple[Named, ...]:
    """Whom the letter names, as `reader` may have it; nobody where none of it is theirs to read."""
    handed = tuple(Named(**row) for row in referral.parties or ())
    case = _open(referral.case_id, reader)
    if case is not None:
        return handed if referral.sent_at and handed else named(case)
    if handed and sight.parties_open(reader, referral):
        return handed
    own = _open(referral.answer_case_id, reader)
    return named(own) if own is not None else ()


def _open(pk: int | None, reader: Member) -> Case | None:
    return Case.objects.visible_to(reader).filter(pk=pk).first() if pk else None
