"""The draft of a lead keeps what was typed but for what says who told it."""

from __future__ import annotations

import json

import pytest
from django import forms

from core import drafts
from core.models import Draft
from ledgers.forms.leads import DRAFT, KEPT, SEALED, IntakeForm
from ledgers.models import Lead
from minewatch.lib.clock import now

WHO = {
    "informant_name": ["赵举报"],
    "informant_phone": ["13812345678"],
    "informant_address": ["上湾村三组"],
    "informant_note": ["左邻"],
    "papers": ["信件.pdf"],
    "wants_answer": ["on"],
}
TYPED = {"source": ["phone"], "text": ["沟口有挖掘机进出"], "location": ["上湾村柳树沟"], "vehicle": ["晋A"]}


def save(client, fields: dict, form: str = DRAFT):
    body = json.dumps({"form": form, "object": "", "fields": fields})
    return client.post("/drafts/save/", body, content_type="application/json")


def test_no_field_of_the_informant_reaches_the_table(cast):
    client = cast.client("nr.officer")
    assert save(client, TYPED | WHO).status_code == 200
    (row,) = Draft.objects.all()
    assert row.fields == TYPED
    stored = str(list(Draft.objects.values()))
    assert not [value for (value,) in WHO.values() if value in stored and value != "on"]


def test_what_else_was_typed_comes_back(cast):
    client = cast.client("nr.officer")
    save(client, TYPED | WHO)
    told = client.get("/drafts/load/", {"form": DRAFT, "object": ""}).json()
    assert told["fields"] == TYPED


def test_every_field_of_the_form_is_either_kept_or_sealed():
    """A new field of the form is decided on: what is not named as kept is in no draft."""
    assert set(KEPT) | set(SEALED) == set(IntakeForm.base_fields) and not set(KEPT) & set(SEALED)
    everything = {name: ["x"] for name in IntakeForm.base_fields} | {"unknown": ["x"]}
    assert set(drafts.kept(DRAFT, everything)) == set(KEPT)
    assert {name for name in IntakeForm.base_fields if "informant" in name} <= set(SEALED)


@pytest.mark.parametrize("form", ["entry", "x", "", DRAFT + "x", "l" * 90])
def test_under_no_other_name_either(cast, form):
    save(cast.client("nr.officer"), TYPED | WHO, form)
    stored = str(list(Draft.objects.values()))
    assert "赵举报" not in stored and "13812345678" not in stored and "左邻" not in stored


def test_the_browser_is_told_to_leave_them_out_and_the_person_too(cast):
    page = cast.client("nr.officer").get("/cases/leads/new/")
    text = page.content.decode()
    assert f'data-draft-key="{DRAFT}"' in text and "data-draft-local" not in text
    assert "草稿不存这一栏" in text
    marked = {
        name
        for name, field in page.context["form"].fields.items()
        if isinstance(field, forms.Field) and "data-no-draft" in field.widget.attrs
    }
    assert marked == set(SEALED)
    assert text.count("data-no-draft") == len(SEALED)


def test_once_it_was_sent_the_draft_is_gone(cast):
    client = cast.client("nr.officer")
    save(client, TYPED)
    sent = {"agency": "nr", "source": "phone", "text": "沟口有挖掘机进出", "location": "上湾村柳树沟"}
    sent |= {"found_at": f"{now():%Y-%m-%dT%H:%M}", "informant_name": "赵举报"}
    client.post("/cases/leads/new/", sent)
    assert Lead.objects.count() == 1 and not Draft.objects.exists()
