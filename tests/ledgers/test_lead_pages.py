"""Pages of leads: the list, the record with its legal buttons, every step, hidden looks missing."""

from __future__ import annotations

import datetime as dt
import re
from io import BytesIO
from uuid import uuid4

import openpyxl
import pytest
import time_machine

from ledgers import lead_doors
from ledgers.actions import leads
from ledgers.models import Lead
from minewatch.lib.clock import now
from tests.ledgers.make_leads import answered, campaign, checked, lead, passed

LIST, NEW = "/cases/leads/", "/cases/leads/new/"


def at(one: Lead, step: str = "") -> str:
    return f"/cases/leads/{one.pk}/{step}"


def form(**more):
    facts = {
        "agency": "nr",
        "source": "satellite",
        "found_at": f"{now() - dt.timedelta(hours=2):%Y-%m-%dT%H:%M}",
        "text": "图斑内有新挖采坑",
        "location": "青石镇上湾村东沟",
        "token": str(uuid4()),
    }
    return facts | more


def page(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def labels(answer) -> set[str]:
    return {button["label"] for button in answer.context["buttons"]}


# intake ------------------------------------------------------------------------------------------


def test_the_form_takes_a_lead_down_and_opens_its_page(cast):
    client, facts = cast.client("nr.officer"), form(urgent="on", source_number="T-15")
    answer = client.post(NEW, facts, follow=True)
    one = Lead.objects.get()
    assert answer.redirect_chain[-1][0] == at(one) and "已登记线索" in answer.content.decode()
    assert one.alarmed and one.source_number == "T-15" and one.holder.code == "nr"
    assert client.post(NEW, facts).status_code == 302 and Lead.objects.count() == 1


def test_bad_input_stands_at_its_field_and_what_was_typed_is_kept(cast):
    client = cast.client("nr.officer")
    for wrong, field in (
        ({"found_at": "昨天"}, "found_at"),
        ({"found_at": "2099-01-01T00:00"}, "found_at"),
        ({"found_at": "1999-01-01T00:00"}, "found_at"),
        ({"source": "nothing"}, "source"),
        ({"point": "不知道"}, "point"),
        ({"site": "99999999999999999999"}, "site"),
        ({"told_by": "nobody"}, "told_by"),
        ({"text": ""}, "text"),
        ({"violation": "1:x"}, "violation"),
    ):
        answer = client.post(NEW, form(party="柳沟石料厂") | wrong)
        assert answer.status_code == 400 and list(answer.context["form"].errors) == [field], field
        assert "柳沟石料厂" in answer.content.decode()
    assert not Lead.objects.exists()


def test_an_empty_form_is_told_what_it_needs(cast):
    answer = cast.client("nr.officer").post(NEW, {})
    assert answer.status_code == 400 and {"source", "text", "found_at"} <= set(answer.context["form"].errors)


def test_the_violations_offered_are_those_of_the_running_campaigns(cast):
    made = campaign(cast, ("river", "HANDLES", "water", "四（二）"))
    client = cast.client("nr.officer")
    assert "河道采砂" in page(client, NEW)
    client.post(NEW, form(violation=f"{made.pk}:river"))
    one = Lead.objects.get()
    assert (one.campaign, one.violation, one.violation_name) == (made, "river", "河道采砂")
    assert "水利局" in page(client, at(one)) and "四（二）" in page(client, at(one, "dispatch/"))


def test_a_likeness_is_said_right_after_registering(cast):
    client = cast.client("nr.officer")
    client.post(NEW, form(point="111.46377, 39.42386"))
    told = client.post(NEW, form(point="111.46377, 39.42400"), follow=True).content.decode()
    assert "疑似重复" in told and Lead.objects.order_by("pk").first().number in told


def test_who_has_no_desk_takes_nothing_down(cast):
    for who in ("custodian", "leader"):
        assert cast.client(who).get(NEW).status_code in (200, 403)
    assert cast.client("custodian").post(NEW, form(agency="office")).status_code in (400, 403)
    for who in ("auditor", "sysadmin"):
        assert cast.client(who).get(NEW).status_code == 404
    assert not Lead.objects.exists()


# the record --------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["baiyang.head", "police.officer", "discipline", "xiawan.filler"])
def test_an_outsider_finds_nothing_at_any_address_of_a_lead(cast, who):
    one = lead(cast)
    client = cast.client(who)
    for step in ("", "dispatch/", "check/", "answer/", "merge/", "informant/"):
        hidden = client.get(at(one, step))
        missing = client.get(f"/cases/leads/987654/{step}")
        assert hidden.status_code == missing.status_code == 404

        def plain(answer):
            return re.sub(rb"\d+", b"", answer.content)

        assert plain(hidden) == plain(missing)
    assert client.post(at(one, "do/receive/"), {"version": 1}).status_code == 404
    assert one.number not in page(client, LIST)


def test_the_page_says_what_may_be_done_and_why_other_things_may_not(cast, monkeypatch):
    monkeypatch.setattr(lead_doors, "BUTTONS", [])  # what upper rooms hang here is theirs to prove
    one = lead(cast)
    answer = cast.client("nr.officer").get(at(one))
    assert labels(answer) == {"分派", "登记核查结果", "并案"}
    assert "请先登记核查结果" in answer.content.decode()
    office = cast.client("office").get(at(one))
    assert labels(office) == {"分派", "并案"} and "由承办单位办理" in office.content.decode()
    checked(cast, one, "false")
    assert labels(cast.client("nr.officer").get(at(one))) == set()
    assert "不能复核自己的核查结果" in page(cast.client("nr.officer"), at(one))
    assert labels(cast.client("nr.head").get(at(one))) == {"同意核销", "退回重新核查"}


def test_every_step_goes_through_its_page(cast):
    one = lead(cast)
    nr, water = cast.client("nr.officer"), cast.client("water.officer")
    to = cast.unit("water").pk
    answer = nr.post(at(one, "dispatch/"), {"other": to, "reason": "河道内", "version": one.version})
    assert answer.status_code == 302, answer.context["form"].errors
    one.refresh_from_db()
    water.post(at(one, "do/receive/"), {"version": one.version})
    one.refresh_from_db()
    facts = {"finding": "true", "text": "有新鲜采挖面", "officers": [cast.water_officer.pk]}
    facts |= {"checked_at": f"{now():%Y-%m-%dT%H:%M}", "party": "柳沟石料厂", "version": one.version}
    answer = water.post(at(one, "check/"), facts | {"token": str(uuid4())})
    assert answer.status_code == 302, answer.context["form"].errors
    one.refresh_from_db()
    assert one.party == "柳沟石料厂" and one.status == "handling"
    done = {"ending": "site", "text": "责令停止并填平", "version": one.version, "token": str(uuid4())}
    assert water.post(at(one, "answer/"), done).status_code == 302
    shown = page(nr, at(one))
    for words in ("分派给水利局", "河道内", "属实：有新鲜采挖面", "责令停止并填平", "已核销"):
        assert words in shown
    assert "变更承办单位" not in shown


def test_moves_are_made_and_a_stale_or_unknown_one_is_told(cast):
    one = passed(cast, lead(cast), signed=False)
    water = cast.client("water.officer")
    assert water.post(at(one, "do/send_back/"), {"version": one.version}).status_code == 400
    stale = one.version
    told = {"version": one.version, "reason": "不在河道内"}
    assert water.post(at(one, "do/send_back/"), told).status_code == 302
    assert water.post(at(one, "do/receive/"), {"version": stale}).status_code == 409
    assert water.post(at(one, "do/receive/"), {}).status_code == 409
    assert water.post(at(one, "do/explode/"), {"version": 1}).status_code == 404
    assert "不在河道内" in page(cast.client("nr.officer"), at(one))


def test_a_page_that_is_not_open_says_why(cast):
    one = lead(cast)
    told = cast.client("nr.officer").get(at(one, "answer/"))
    assert told.status_code == 403 and "待核查" in told.content.decode()


def test_a_check_with_a_mistake_keeps_what_was_typed(cast):
    one = lead(cast)
    facts = {"finding": "true", "text": "有新鲜采挖面", "checked_at": "2099-01-01T00:00"}
    answer = cast.client("nr.officer").post(at(one, "check/"), facts | {"version": one.version})
    assert answer.status_code == 400 and set(answer.context["form"].errors) == {"officers"}
    facts["officers"] = [cast.nr_officer.pk]
    answer = cast.client("nr.officer").post(at(one, "check/"), facts | {"version": one.version})
    assert set(answer.context["form"].errors) == {"checked_at"} and "有新鲜采挖面" in answer.content.decode()


def test_leads_are_merged_and_split_on_their_pages(cast):
    first, later = (lead(cast, point="111.46377, 39.42386") for _ in range(2))
    client = cast.client("nr.officer")
    assert first.number in page(client, at(later, "merge/"))
    answer = client.post(at(later, "merge/"), {"into": "XS2026-9999", "version": later.version})
    assert answer.status_code == 400 and "没有找到这个编号" in answer.content.decode()
    assert client.post(at(later, "merge/"), {"into": first.number.lower(), "version": later.version})
    later.refresh_from_db()
    assert later.merged_into == first
    assert later.number in page(client, at(first)) and first.number in page(client, at(later))
    client.post(at(later, "do/split/"), {"version": later.version, "reason": "两处"})
    later.refresh_from_db()
    assert later.merged_into is None and "两处" in page(client, at(later))


def test_upper_rooms_hang_their_buttons_panels_and_steps_here(cast, monkeypatch):
    one = lead(cast)
    door = {"label": "立案", "url": "/cases/new/", "method": "get"}
    monkeypatch.setattr(lead_doors, "BUTTONS", [lambda member, lead: [door]])
    group = {"title": "案件", "links": [{"label": "甲案", "url": "/cases/1/"}]}
    monkeypatch.setattr(lead_doors, "PANELS", [lambda member, lead: group, lambda member, lead: None])
    step = {"at": now(), "who": "甲", "words": "立案审批"}
    monkeypatch.setattr(lead_doors, "STEPS", [lambda member, lead: [step]])
    why = {"label": "移送", "reason": "尚未核实。"}
    monkeypatch.setattr(lead_doors, "MISSING", [lambda member, lead: [why]])
    shown = page(cast.client("nr.officer"), at(one))
    assert all(words in shown for words in ("立案", "甲案", "立案审批", "尚未核实。"))


# the list ----------------------------------------------------------------------------------------


def numbers(client, **query) -> list[str]:
    rows = client.get(LIST, query).context["rows"]
    return [row["cells"][0]["text"].removesuffix("（特殊情况）") for row in rows]


def test_open_urgent_leads_stand_first(cast):
    old, urgent, done = lead(cast), lead(cast, urgent=True), lead(cast, urgent=True)
    checked(cast, done)
    answered(cast, done)
    newest = lead(cast)
    found = [urgent.number, newest.number, done.number, old.number]
    assert numbers(cast.client("nr.officer")) == found


def test_filters_narrow_what_is_in_sight(cast):
    camera, tip, urgent = lead(cast), lead(cast, source="phone"), lead(cast, urgent=True)
    passed(cast, tip)
    client = cast.client("nr.officer")
    assert numbers(client, source="phone") == [tip.number]
    assert numbers(client, holder="water") == [tip.number]
    assert numbers(client, special="on") == [urgent.number]
    assert numbers(client, q=camera.number) == [camera.number]
    checked(cast, camera)
    assert numbers(client, state="handling") == [camera.number]
    assert set(numbers(client, state="live")) == {camera.number, tip.number, urgent.number}
    assert numbers(client, state="closed") == [] and numbers(client, late="on") == []
    with time_machine.travel(now() + dt.timedelta(hours=25), tick=False):
        assert numbers(cast.client("nr.officer"), late="on") == [urgent.number]


def test_the_list_is_exported_as_it_is_shown(cast):
    urgent = lead(cast, urgent=True)
    lead(cast, "water.officer", "water")
    answer = cast.client("nr.officer").get(LIST, {"as": "xlsx"})
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.active.values)
    assert rows[0][0] == "线索编号" and len(rows) == 2 and rows[1][0].startswith(urgent.number)


def test_odd_parameters_filter_nothing_and_break_nothing(cast):
    one = lead(cast)
    client = cast.client("nr.officer")
    for query in ({"state": "x"}, {"holder": "x"}, {"after": "x~y"}, {"q": "\x00"}, {"source": "％"}):
        assert client.get(LIST, query).status_code in (200, 400)
    assert numbers(client, after="0~0") in ([], [one.number])


def test_the_list_costs_the_same_with_many_rows(cast, django_assert_max_num_queries):
    client = cast.client("nr.officer")
    for _ in range(12):
        lead(cast)
    client.get(LIST)
    with django_assert_max_num_queries(22):
        client.get(LIST)


def test_the_bureau_hears_of_it_on_its_to_do_page(cast):
    one = lead(cast, urgent=True)
    assert f"核查特殊情况线索 {one.number}" in page(cast.client("nr.officer"), "/todo/")
    leads.dispatch(lead=one, to=cast.unit("water"), by=cast.nr_officer, reason="河道内")
    assert f"签收分派的线索 {one.number}" in page(cast.client("water.officer"), "/todo/")


def test_a_unit_must_be_chosen_by_route_or_by_name(cast):
    campaign(cast, ("", "HANDLES", "water", "四（二）"))
    one = lead(cast)
    client, facts = cast.client("nr.officer"), {"reason": "河道内", "version": one.version}
    for more, field in (({}, "to"), ({"to": "other"}, "other"), ({"to": "1:999"}, "to")):
        answer = client.post(at(one, "dispatch/"), facts | more)
        assert answer.status_code == 400 and list(answer.context["form"].errors) == [field]
    route = next(iter(answer.context["form"].offered))
    assert client.post(at(one, "dispatch/"), facts | {"to": route}).status_code == 302
    assert "四（二）" in one.dispatches.get().basis


@pytest.mark.parametrize(
    ("asked", "shown"), [("true", "true"), ("partly", "partly"), ("false", "false"), ("none", "")]
)
def test_the_list_is_narrowed_by_what_was_found(cast, asked, shown):
    made = {"": lead(cast)}
    for finding in ("true", "partly", "false"):
        made[finding] = lead(cast, location=f"青石镇{finding}")
        checked(cast, made[finding], finding)
    page = cast.client("nr.officer").get("/cases/leads/", {"finding": asked}).content.decode()
    assert [finding for finding, one in made.items() if one.number in page] == [shown]
