"""Doors of referrals 移送: drafted, given papers, taken from step to step, put down for an 线下单位."""

from cases.actions.referrals.drafting import draft, edit
from cases.actions.referrals.manifest import (
    add_goods,
    add_paper,
    attach_scan,
    drop_goods,
    drop_paper,
    why_not_scan,
)
from cases.actions.referrals.proxies import check_proxy
from cases.actions.referrals.taking import take

__all__ = [
    "add_goods",
    "add_paper",
    "attach_scan",
    "check_proxy",
    "draft",
    "drop_goods",
    "drop_paper",
    "edit",
    "take",
    "why_not_scan",
]
