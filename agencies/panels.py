"""What the rooms above show on a unit's page: groups of links, as far as the reader may see.

@panel
def cards_of(member, agency) -> {"title", "links": [{label, url, note?}]} or None
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agencies.models import Agency, Member

Panel = Callable[[Member, Agency], "dict[str, Any] | None"]
PANELS: list[Panel] = []


def panel(fn: Panel) -> Panel:
    """Show `fn`'s group on the pages of units; called at import in `AppConfig.ready()`."""
    if fn not in PANELS:
        PANELS.append(fn)
    return fn


def groups(member: Member, agency: Agency) -> list[dict[str, Any]]:
    """The groups that have anything to show."""
    return [group for fn in PANELS if (group := fn(member, agency))]
