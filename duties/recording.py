"""A proposed change in a body waits on the office's desk (agencies may not open duties itself)."""

from __future__ import annotations

from agencies.bodies import office_of, recorders, register
from agencies.models import Member, Post, Role
from agencies.posts import signers
from duties.actions.steps import fulfil, open_step
from duties.models import Duty


def key_of(post: Post) -> str:
    """The key of the step of one proposal."""
    return f"post:{post.pk}"


def opened(post: Post) -> None:
    """Open the step: with the office, or with the person above where the proposer is its only holder."""
    office = office_of(post.body)
    if office is None:
        return
    people = recorders(post)[0]
    at_desk = signers(office, Role.OFFICE, but=post.proposed_by)[1] != "superior"
    open_step(
        key=key_of(post),
        kind=Duty.Kind.OTHER,
        title=f"机构成员变动待备案：{post.body.name}"[:160],
        agency=office,
        role=Role.OFFICE,
        member=people[0] if people and not at_desk else None,
        subject=post,
        basis=post.body.basis,
    )


def settled(post: Post, by: Member) -> None:
    """It is on record or sent back: the step is done."""
    fulfil(key=key_of(post), by=by)


register(opened, settled)
