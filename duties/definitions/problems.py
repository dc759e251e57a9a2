"""What is wrong with a campaign file: every fault with its line, what it is and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import DomainError

Path = tuple[str | int, ...]
#: More faults than this are counted, not listed: a file of another kind has thousands.
LISTED = 200


@dataclass(frozen=True)
class Problem:
    """One fault. `line` counts from 1; 0 = the content was not read from a file (edited in the browser)."""

    line: int
    message: str
    mend: str = ""
    path: Path = ()

    @property
    def text(self) -> str:
        """What, and how to mend it, as one sentence or two."""
        return f"{self.message}。{self.mend}。" if self.mend else f"{self.message}。"

    def at(self, name: str) -> str:
        """file:line：what. mend."""
        return f"{name}:{self.line}：{self.text}" if self.line else f"{name}：{self.text}"


class BadCampaign(DomainError):
    """A definition that cannot be loaded; `problems` names every fault, in the order of the file."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self.name = name
        self.problems = sorted(problems, key=lambda found: (found.line, str(found.path)))
        first = self.problems[0].at(name)
        more = f"（共 {len(problems)} 处问题）" if len(problems) > 1 else ""
        super().__init__(f"{first}{more}", field="definition")

    @property
    def lines(self) -> list[str]:
        """One line for people per fault; a count stands for what is too much to list."""
        shown = [found.at(self.name) for found in self.problems[:LISTED]]
        rest = len(self.problems) - len(shown)
        return [*shown, f"另有 {rest} 处问题未列出。"] if rest else shown
