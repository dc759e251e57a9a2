"""Drafts: what one member typed and has not sent; kept through time-outs and restarts.

A draft is plain text. What must lie encrypted is left out of it here, whatever the browser sends: a form that
asks for such things names the fields that may be kept (`keeping`), and `NEVER` goes into no draft at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from core.access import matters_known
from core.errors import DomainError, Missing
from core.models import Draft

if TYPE_CHECKING:
    from agencies.models import Member

#: Characters of JSON; a patrol row with long remarks takes some 3,000.
LIMIT = 60_000
#: (form, object key, fields) → ids of the matters that the draft names; the rooms above register
Naming = Callable[[str, str, dict[str, object]], set[int]]
NAMING: list[Naming] = []
#: form → the fields of it that may be kept; a form that is not named here keeps all
KEEPING: dict[str, frozenset[str]] = {}
#: beginnings of field names that go into no draft; the rooms above register
NEVER: set[str] = set()


def keeping(form: str, names: Iterable[str]) -> None:
    """Of `form` only the fields `names` go into a draft; called in `AppConfig.ready()`."""
    KEEPING[form] = frozenset(names)


def never(beginning: str) -> None:
    """Fields whose name begins so go into no draft; called in `AppConfig.ready()`."""
    NEVER.add(beginning)


def kept(form: str, fields: dict[str, object]) -> dict[str, object]:
    """`fields` without what may not be kept."""
    allowed = KEEPING.get(form)
    return {
        name: value
        for name, value in fields.items()
        if (allowed is None or name in allowed) and not name.startswith(tuple(NEVER))
    }


def naming(fn: Naming) -> Naming:
    """Have `fn` say which matters a draft names; called in `AppConfig.ready()`."""
    if fn not in NAMING:
        NAMING.append(fn)
    return fn


def hidden(member: Member, form: str, object_key: str, fields: dict[str, object]) -> bool:
    """Whether the draft names a matter that the member may not know of (any more)."""
    named = {matter for fn in NAMING for matter in fn(form, object_key, fields)}
    return bool(named) and matters_known(member).filter(pk__in=named).count() < len(named)


def save(*, member: Member, form: str, object_key: str, fields: dict[str, object]) -> Draft:
    """Keep the typed fields that may be kept; the latest save wins. Raises DomainError when far too long,
    Missing when it names a matter that the member may not know of."""
    form, fields = form[:40], kept(form[:40], fields)
    if len(str(fields)) > LIMIT:
        raise DomainError("草稿过长，没有保存。请先提交一部分内容。")
    if hidden(member, form, object_key, fields):
        raise Missing
    draft, _ = Draft.objects.update_or_create(
        member=member,
        form=form,
        object_key=object_key[:60],
        defaults={"fields": fields},
    )
    return draft


def load(*, member: Member, form: str, object_key: str = "") -> Draft | None:
    """The member's own draft of this form, or None; None too while it names what the member may not know."""
    draft = Draft.objects.filter(member=member, form=form, object_key=object_key).first()
    return None if draft is None or hidden(member, form, object_key, draft.fields) else draft


def drop(*, member: Member, form: str, object_key: str = "") -> None:
    """Forget a draft once its form was sent."""
    Draft.objects.filter(member=member, form=form, object_key=object_key).delete()
