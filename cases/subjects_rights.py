"""How the house speaks of recusals, invitations and seals (core.registry); drafts that name an affair."""

from __future__ import annotations

import re

from django.urls import reverse

from cases.models import Case, Invitation, Recusal, Referral, Sealing
from core import drafts, gates
from core.registry import Subject, register
from ledgers.models import Lead

#: "lead:12" in the key of a draft or as one of its answers.
NAMED = re.compile(r"(lead|case|referral|prior):([0-9]{1,18})")
MODELS = {"lead": Lead, "case": Case, "referral": Referral, "prior": Referral}


def _gate(request, subject, matter):  # the views are asked when they are needed, not when the app starts
    from cases.views.rights import gate

    return gate(request, subject, matter)


def _opened(member, model):
    from cases.actions.rights.reads import opened_today

    return opened_today(member, model)


register(
    Recusal,
    Subject(
        label="回避",
        visible_to=lambda member: Recusal.objects.visible_to(member),
        title=lambda row: f"回避（{row.get_status_display()}）",
        url=lambda row: reverse("cases:recusal", args=[row.pk]),
    ),
)
register(
    Invitation,
    Subject(
        label="协办邀请",
        visible_to=lambda member: Invitation.objects.visible_to(member),
        title=lambda row: "协办邀请",
        url=lambda row: reverse("cases:invitation", args=[row.pk]),
    ),
)
register(
    Sealing,
    Subject(
        label="封存",
        visible_to=lambda member: Sealing.objects.visible_to(member),
        title=lambda row: f"{'封存' if row.seal else '解封'}（{row.get_status_display()}）",
        url=lambda row: reverse("cases:sealing", args=[row.pk]),
    ),
)
gates.register(_gate)
gates.register_opened(_opened)


@drafts.naming
def matters_named(form: str, object_key: str, fields: dict[str, object]) -> set[int]:
    """Affairs of the leads, cases and referrals that a draft is about: by its key, by the kind of its form
    ("case.edit" of 12), by a chosen answer."""
    found = NAMED.findall(object_key)
    answers = (value for value in fields.values() if isinstance(value, str))
    found += [hit.groups() for value in answers if (hit := NAMED.fullmatch(value))]
    kind = form.partition(".")[0]
    if kind in MODELS and object_key.isascii() and object_key.isdigit() and len(object_key) < 19:
        found.append((kind, object_key))
    return {matter for name, key in found for matter in _matter_of(MODELS[name], key)}


def _matter_of(model: type[Lead] | type[Case] | type[Referral], key: str) -> list[int]:
    return list(model.objects.filter(pk=key).values_list("matter_id", flat=True))
