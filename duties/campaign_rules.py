"""Who keeps a county's campaigns, and what a draft may look like."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from agencies.models import Agency, Division
from core.errors import DomainError, NotAllowed
from duties.definitions.reading import unfit
from duties.definitions.shape import complaints, misfits
from duties.definitions.yamltext import MOST_BYTES
from duties.holders import oversees
from minewatch.lib.hashing import canonical_json

if TYPE_CHECKING:
    from agencies.models import Member


def keeps(member: Member, county: Division) -> bool:
    """Whether the member may load, edit and end campaigns of the county: the joint office, county leaders."""
    return oversees(member, Agency(division=county))


def may_keep(by: Member | None, county: Division) -> None:
    """Raises NotAllowed. None is the command line, where the system's keeper stands."""
    if by is not None and not keeps(by, county):
        raise NotAllowed("只有专班办公室和县领导可以维护专项行动。")


def skeleton(today: dt.date) -> dict[str, Any]:
    """The content of a new draft."""
    return {
        "schema": "minewatch/campaign/1",
        "key": "",
        "name": "",
        "signed_on": None,
        "starts_on": today.isoformat(),
        "ends_on": None,
        "holiday": "keep",
        "units": {},
        "stages": [],
        "tasks": [],
    }


def check_head(content: dict[str, Any]) -> None:
    """A draft that was never in force has its key and name at least. Raises DomainError."""
    for path, what, mend in complaints({**skeleton(dt.date(2000, 1, 1)), **content}):
        if path in (("key",), ("name",)):
            raise DomainError(f"{what}。{mend}。" if mend else f"{what}。", field=str(path[0]))


def check_draft(content: Any, key: str) -> None:
    """A draft may lack things, but knows only the format's keys and types. Raises DomainError."""
    if not isinstance(content, dict):
        raise DomainError("修改稿的内容不完整，请刷新页面后重试。", field="definition")
    if content.get("key") != key:
        raise DomainError("专项行动的代码不能修改。", field="key")
    try:
        size = len(canonical_json(content).encode("utf-8"))
    except (TypeError, ValueError, RecursionError):
        raise DomainError("修改稿中有无法保存的内容。", field="definition") from None
    if size > MOST_BYTES:
        raise DomainError("修改稿超过 1 MB，请删减。", field="definition")
    for problem in unfit(content, {}):
        raise DomainError(problem.text, field="definition")
    for path, what, mend in misfits(content):
        raise DomainError(f"{what}。{mend}。" if mend else f"{what}。", field=".".join(map(str, path)))
