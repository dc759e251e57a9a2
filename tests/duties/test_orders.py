"""Orders: numbered, signed, answered, closed or returned by each unit; 通知 with 已阅; who reads what."""

import datetime as dt
import io
import uuid
from collections import Counter as Tally

import openpyxl
import pytest
import time_machine

from agencies.models import Acting
from core import notices
from core.errors import Conflict, DomainError, NotAllowed
from core.models import AuditEntry, Counter, Notice
from duties.actions import orders
from duties.models import Duty, Order, Receipt
from minewatch.lib.clock import SHANGHAI, day_end

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
DUE = day_end(dt.date(2026, 3, 10))
TITLE, TEXT, ANSWER = "金丝雀沟标题", "金丝雀沟夜间盗采内容", "金丝雀沟反馈文字"
CANARY = "金丝雀沟"


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def drafted(cast, by="office", unit="office", units=("qingshi", "nr"), **facts):
    values = {"kind": "assign", "title": TITLE, "text": TEXT, "due_at": DUE} | facts
    return orders.draft(
        by=cast.member(by), agency=cast.unit(unit), units=[cast.unit(code) for code in units], **values
    )


def issued(cast, **facts):
    by = facts.get("by", "office")
    return orders.issue(order=drafted(cast, **facts), by=cast.member(by))


def side(order, unit="qingshi"):
    return Receipt.objects.select_related("order__agency", "agency").get(order=order, agency__code=unit)


def signed(cast, order, by="qingshi.filler", unit="qingshi"):
    return orders.sign(receipt=side(order, unit), by=cast.member(by))


def answered(cast, order, by="qingshi.filler", unit="qingshi", **facts):
    signed(cast, order, by, unit)
    values = {"text": ANSWER} | facts
    return orders.answer(receipt=side(order, unit), by=cast.member(by), **values)


def step(order, name, unit="qingshi"):
    return Duty.objects.get(key=f"order:{order.pk}:{unit}:{name}")


# draft and issue ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["nr.head", "qingshi.head", "police.officer", "custodian", "auditor"])
def test_only_the_office_and_the_leader_draft(cast, who):
    with pytest.raises(NotAllowed):
        drafted(cast, by=who)
    assert not Order.objects.exists()


def test_the_leader_issues_in_the_name_of_the_county_only(cast):
    order = issued(cast, by="leader", unit="county", kind="supervise")
    assert order.number == "DB2026-0001"
    with pytest.raises(NotAllowed):
        drafted(cast, by="leader", unit="office")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"text": ""}, "text"),
        ({"units": ()}, "units"),
        ({"units": ("shangwan",)}, "units"),
        ({"units": ("office",)}, "units"),
        ({"units": ("court",)}, "units"),
        ({"kind": "letter"}, "kind"),
        ({"due_at": NOW}, "due_at"),
        ({"sign_due_at": NOW - dt.timedelta(hours=1)}, "sign_due_at"),
        ({"sign_due_at": DUE + dt.timedelta(days=1)}, "sign_due_at"),
        ({"due_at": DUE.replace(year=9999)}, "due_at"),
    ],
)
def test_a_bad_draft_names_its_field(cast, facts, field):
    with pytest.raises(DomainError) as error:
        drafted(cast, **facts)
    assert error.value.field == field


def test_numbers_are_gapless_by_series_and_a_dropped_draft_takes_none(cast):
    orders.drop(order=drafted(cast), by=cast.office)
    first, second = issued(cast), issued(cast)
    notice, urgent = issued(cast, kind="notice"), issued(cast, kind="supervise")
    assert [order.number for order in (first, second, notice, urgent)] == [
        "JB2026-0001",
        "JB2026-0002",
        "TZ2026-0001",
        "DB2026-0001",
    ]
    with time_machine.travel(NOW.replace(year=2027), tick=False):
        assert issued(cast, due_at=None).number == "JB2027-0001"
    assert Counter.objects.get(key="JB2026").value == 2


def test_issuing_twice_takes_one_number(cast):
    order = drafted(cast)
    orders.issue(order=order, by=cast.office, version=1)
    with pytest.raises(Conflict, match="下发"):
        orders.issue(order=Order.objects.get(pk=order.pk), by=cast.office, version=1)
    assert Counter.objects.get(key="JB2026").value == 1


def test_each_unit_owes_its_signature_in_24_hours_unless_said_otherwise(cast):
    order = issued(cast)
    assert step(order, "sign").due_at == NOW + dt.timedelta(hours=24)
    assert (step(order, "sign").role, step(order, "sign", "nr").role) == ("filler", "officer")
    soon = NOW + dt.timedelta(hours=2)
    assert step(issued(cast, sign_due_at=soon), "sign").due_at == soon


def test_a_signature_is_never_due_after_the_answer(cast):
    due = NOW + dt.timedelta(hours=5)
    assert step(issued(cast, due_at=due), "sign").due_at == due


def test_a_draft_whose_dates_have_passed_is_not_issued(cast):
    order = drafted(cast)
    with time_machine.travel(DUE + dt.timedelta(days=1), tick=False), pytest.raises(DomainError):
        orders.issue(order=order, by=cast.office)
    order.refresh_from_db()
    assert (order.status, order.number) == ("draft", "")


def test_a_draft_is_changed_by_one_at_a_time_and_never_after_issue(cast):
    order = drafted(cast)
    facts = {"kind": "assign", "title": "新标题", "text": "新内容", "units": [cast.unit("police")]}
    orders.edit(order=order, by=cast.office, version=1, **facts)
    assert [row.agency.code for row in order.receipts.all()] == ["police"]
    with pytest.raises(Conflict):
        orders.edit(order=order, by=cast.office, version=1, **facts)
    orders.issue(order=order, by=cast.office)
    with pytest.raises(Conflict):
        orders.edit(order=order, by=cast.office, version=order.version, **facts)


def test_the_same_form_twice_is_one_draft(cast):
    token = uuid.uuid4()
    assert drafted(cast, token=token) == drafted(cast, token=token)
    assert Order.objects.count() == 1


# sign, answer, close, return ------------------------------------------------------------------------


def test_the_way_from_issue_to_close(cast):
    order = issued(cast)
    signed(cast, order)
    assert (step(order, "sign").status, step(order, "answer").status) == ("fulfilled", "open")
    assert step(order, "answer").due_at == DUE
    orders.answer(receipt=side(order), by=cast.qingshi_filler, text=ANSWER)
    close = step(order, "close")
    assert (step(order, "answer").status, close.agency.code, close.status) == ("fulfilled", "office", "open")
    orders.close(receipt=side(order), by=cast.office)
    done = side(order)
    assert (done.status, done.closed_by.username, step(order, "close").status) == (
        "done",
        "office",
        "fulfilled",
    )
    assert side(order, "nr").status == "sent"


def test_of_two_colleagues_one_signs_and_the_other_hears_who(cast):
    order = issued(cast)
    seen = side(order)
    orders.sign(receipt=side(order), by=cast.qingshi_filler, version=seen.version)
    with pytest.raises(Conflict, match="青石镇填表人.*签收"):
        orders.sign(receipt=seen, by=cast.qingshi_deputy, version=seen.version)
    assert side(order).signed_by.username == "qingshi.filler"


def test_a_double_click_signs_once(cast):
    order, token = issued(cast), uuid.uuid4()
    facts = {"by": cast.qingshi_filler, "version": 1, "token": token}
    assert orders.sign(receipt=side(order), **facts) == orders.sign(receipt=side(order), **facts)
    assert AuditEntry.objects.filter(verb="receipt.signed").count() == 1


@pytest.mark.parametrize("who", ["office", "baiyang.filler", "nr.officer", "leader"])
def test_nobody_signs_or_answers_for_another_unit(cast, who):
    order = issued(cast)
    with pytest.raises(NotAllowed):
        signed(cast, order, by=who)
    signed(cast, order)
    with pytest.raises(NotAllowed):
        orders.answer(receipt=side(order), by=cast.member(who), text="代答")


def test_nothing_is_answered_unsigned_or_closed_unanswered(cast):
    order = issued(cast)
    with pytest.raises(Conflict):
        orders.answer(receipt=side(order), by=cast.qingshi_filler, text="早答")
    signed(cast, order)
    with pytest.raises(Conflict):
        orders.close(receipt=side(order), by=cast.office)
    with pytest.raises(DomainError, match="办理情况"):
        orders.answer(receipt=side(order), by=cast.qingshi_filler, text=" ")


def test_a_returned_answer_stays_readable_and_is_owed_anew(cast):
    order = issued(cast)
    answered(cast, order)
    with pytest.raises(DomainError, match="原因"):
        orders.return_answer(receipt=side(order), by=cast.office, reason=" ")
    orders.return_answer(receipt=side(order), by=cast.office, reason="没有照片")
    again = side(order)
    assert (again.status, again.rounds[0]["feedback"], again.rounds[0]["reason"]) == (
        "signed",
        ANSWER,
        "没有照片",
    )
    assert (step(order, "answer").status, step(order, "close").status) == ("open", "fulfilled")
    assert step(order, "answer").due_at == DUE
    orders.answer(receipt=again, by=cast.qingshi_filler, text="补照片")
    assert (side(order).feedback, step(order, "close").status) == ("补照片", "open")


def test_an_answer_returned_late_gets_the_time_of_a_correction(cast):
    order = issued(cast)
    answered(cast, order)
    with time_machine.travel(DUE - dt.timedelta(hours=1), tick=False):
        orders.return_answer(receipt=side(order), by=cast.office, reason="不清楚")
    assert step(order, "answer").due_at == day_end(dt.date(2026, 3, 12))


@pytest.mark.parametrize("who", ["qingshi.filler", "nr.head", "leader"])
def test_only_the_issuer_closes_or_returns(cast, who):
    order = issued(cast)
    answered(cast, order)
    for act in (orders.close, lambda **facts: orders.return_answer(reason="x", **facts)):
        with pytest.raises(NotAllowed):
            act(receipt=side(order), by=cast.member(who))


def test_who_answered_never_closes_and_the_step_passes_upward(cast):
    order = issued(cast)
    Acting.objects.create(
        agency=cast.unit("qingshi"),
        role="filler",
        member=cast.member("office"),
        valid_from=dt.date(2026, 3, 1),
        basis="代理",
    )
    answered(cast, order, by="office")
    with pytest.raises(NotAllowed, match="自己的反馈"):
        orders.close(receipt=side(order), by=cast.office)
    assert step(order, "close").member.username == "leader"
    assert ANSWER in cast.client("leader").get(f"/duties/orders/{order.pk}/").content.decode()
    orders.close(receipt=side(order), by=cast.leader)
    assert side(order).status == "done"


def test_an_empty_desk_passes_the_order_to_the_unit_above(cast):
    cast.unit("qingshi").members.update(is_active=False)
    order = issued(cast, units=("qingshi",))
    assert TITLE in cast.client("leader").get(f"/duties/orders/{order.pk}/").content.decode()
    signed(cast, order, by="leader")
    assert side(order).status == "signed"


def test_a_withdrawn_order_owes_nothing_and_is_seen_by_its_issuer_only(cast):
    order = issued(cast, units=("qingshi", "nr", "police"))
    signed(cast, order)
    answered(cast, order, by="nr.officer", unit="nr")
    orders.close(receipt=side(order, "nr"), by=cast.office)
    fresh = Order.objects.get(pk=order.pk)
    orders.withdraw(order=fresh, by=cast.office, reason="重复下发", version=fresh.version)
    states = Tally(Receipt.objects.values_list("status", flat=True))
    assert states == {"cancelled": 2, "done": 1}
    assert not Duty.objects.open().filter(kind="order").exists()
    with pytest.raises(Conflict):
        orders.answer(receipt=side(order), by=cast.qingshi_filler, text="还答")
    assert cast.client("qingshi.filler").get(f"/duties/orders/{order.pk}/").status_code == 404
    assert cast.client("office").get(f"/duties/orders/{order.pk}/").status_code == 200
    told = Notice.objects.filter(kind="order.withdrawn", member=cast.qingshi_filler)
    assert told.count() == 1 and CANARY not in told.get().text


def test_a_withdrawal_that_missed_a_signature_is_refused(cast):
    order = issued(cast)
    seen = order.version
    signed(cast, order)
    with pytest.raises(Conflict):
        orders.withdraw(order=order, by=cast.office, reason="撤", version=seen)


def test_late_steps_stand_under_watch(cast):
    issued(cast)
    with time_machine.travel(NOW + dt.timedelta(hours=25), tick=False):
        page = cast.client("leader").get("/todo/?tab=watch").content.decode()
    assert "签收交办单 JB2026-0001" in page and CANARY not in page


# 通知 ------------------------------------------------------------------------------------------------


def notice(cast, **facts):
    return issued(cast, kind="notice", due_at=None, **facts)


def test_a_notice_asks_the_named_units_people_for_their_ack_and_nobody_else(cast):
    notice(cast)
    rows = Notice.objects.filter(needs_ack=True)
    assert {row.member.agency.code for row in rows} == {"qingshi", "nr"}
    assert rows.count() == 6 and not rows.filter(text__contains=CANARY).exists()


def test_reading_settles_the_units_side_once_and_each_ones_own_ack(cast):
    order = notice(cast)
    orders.read(receipt=side(order), by=cast.qingshi_filler)
    orders.read(receipt=side(order), by=cast.qingshi_head)
    row = side(order)
    assert (row.status, row.signed_by.username, step(order, "sign").status) == (
        "read",
        "qingshi.filler",
        "fulfilled",
    )
    acked = Notice.objects.filter(acked_at__isnull=False).values_list("member__username", flat=True)
    assert sorted(acked) == ["qingshi.filler", "qingshi.head"]
    assert AuditEntry.objects.filter(verb="receipt.read").count() == 1


def test_the_ack_on_the_page_of_notices_reads_the_notice_too(cast):
    order = notice(cast)
    own = Notice.objects.get(member=cast.nr_head, needs_ack=True)
    answer = cast.client("nr.head").post(f"/notices/{own.pk}/read/")
    assert answer.url == f"/duties/orders/{order.pk}/" and side(order, "nr").status == "read"
    assert side(order).status == "sent"


def test_the_ack_of_a_withdrawn_notice_settles_nothing_and_fails_nobody(cast):
    order = notice(cast)
    orders.withdraw(order=order, by=cast.office, reason="作废")
    own = Notice.objects.get(member=cast.nr_head, needs_ack=True)
    notices.read(notice_id=own.pk, member=cast.nr_head)
    assert side(order, "nr").status == "cancelled"


def test_a_notice_is_not_signed_and_an_order_not_merely_read(cast):
    with pytest.raises(DomainError, match="已阅"):
        signed(cast, notice(cast))
    with pytest.raises(DomainError, match="签收"):
        orders.read(receipt=side(issued(cast)), by=cast.qingshi_filler)


def test_the_list_says_which_units_have_not_read_and_the_record_who(cast):
    order = notice(cast)
    orders.read(receipt=side(order), by=cast.qingshi_filler)
    client = cast.client("office")
    listed = client.get("/duties/orders/").content.decode()
    assert "已阅1/2" in listed and 'data-label="未签收、未阅单位">自然资源局<' in listed
    record = client.get(f"/duties/orders/{order.pk}/").content.decode()
    assert record.count("未阅</td>") == 5
    own = cast.client("nr.officer").get(f"/duties/orders/{order.pk}/").content.decode()
    assert "自然资源局承办人" in own and "青石镇填表人" not in own


# who sees what --------------------------------------------------------------------------------------


OUTSIDERS = ("baiyang.filler", "police.officer", "shangwan.head", "leader", "procuratorate")


@pytest.mark.parametrize("who", OUTSIDERS)
def test_outsiders_find_nothing_of_an_order_anywhere(cast, who):
    order = issued(cast, units=("qingshi", "forestry"))
    answered(cast, order, uploads=[(f"{CANARY}.pdf", io.BytesIO(b"%PDF-1.4 x"))])
    draft = drafted(cast, units=("police",))
    client = cast.client(who)
    pk = side(order).pk
    for url in (f"{order.pk}/", f"{order.pk}/print/", f"{order.pk}/edit/", f"{draft.pk}/"):
        assert client.get(f"/duties/orders/{url}").status_code == 404
    assert client.get(f"/duties/receipts/{pk}/answer/").status_code == 404
    for name in ("sign", "read", "close", "return"):
        assert client.post(f"/duties/receipts/{pk}/{name}/", {"version": 1}).status_code == 404
    found = f"/search/?q={CANARY}", f"/search/?q={order.number}"
    for url in ("/duties/orders/", "/duties/", "/todo/", "/todo/?tab=watch", "/notices/", *found):
        shown = client.get(url).content.decode()
        assert not any(words in shown for words in (TITLE, TEXT, ANSWER, f"/duties/orders/{order.pk}/"))
    duty = step(order, "close")
    page = client.get(f"/duties/{duty.pk}/").content.decode()
    assert CANARY not in page
    book = b"".join(client.get("/duties/orders/xlsx/").streaming_content)
    assert openpyxl.load_workbook(io.BytesIO(book)).active.max_row == 1


def test_duties_notices_and_audit_hold_no_word_of_it(cast):
    order = issued(cast)
    answered(cast, order)
    orders.return_answer(receipt=side(order), by=cast.office, reason=CANARY)
    orders.withdraw(order=Order.objects.get(pk=order.pk), by=cast.office, reason=CANARY)
    for text in (
        *Duty.objects.values_list("title", flat=True),
        *Duty.objects.values_list("basis", flat=True),
        *Notice.objects.values_list("text", flat=True),
        *map(str, AuditEntry.objects.values_list("facts", flat=True)),
    ):
        assert CANARY not in text


def test_a_unit_reads_its_own_side_and_not_its_neighbours(cast):
    order = issued(cast)
    answered(cast, order, uploads=[("现场.pdf", io.BytesIO(b"%PDF-1.4 x"))])
    client = cast.client("nr.officer")
    for page in ("", "print/"):
        shown = client.get(f"/duties/orders/{order.pk}/{page}").content.decode()
        assert TEXT in shown and ANSWER not in shown and "现场.pdf" not in shown
    office = cast.client("office").get(f"/duties/orders/{order.pk}/").content.decode()
    assert ANSWER in office
    url = office.split('href="/files/')[1].split('"')[0]
    assert cast.client("office").get(f"/files/{url}").status_code == 200
    assert client.get(f"/files/{url}").status_code == 404


def test_the_joint_office_reads_what_the_leader_issued_and_may_not_withdraw_it(cast):
    order = issued(cast, by="leader", unit="county")
    client = cast.client("office")
    assert TEXT in client.get(f"/duties/orders/{order.pk}/").content.decode()
    answer = client.post(f"/duties/orders/{order.pk}/withdraw/", {"reason": "x", "version": order.version})
    assert answer.status_code == 403


# pages ----------------------------------------------------------------------------------------------


def test_the_whole_way_through_the_pages(cast):
    office, filler = cast.client("office"), cast.client("qingshi.filler")
    sent = {
        "agency": cast.unit("office").pk,
        "kind": "assign",
        "title": TITLE,
        "text": TEXT,
        "units": [cast.unit("qingshi").pk],
        "due_on": "2026-03-10",
        "token": str(uuid.uuid4()),
    }
    assert office.post("/duties/orders/new/", sent).status_code == 302
    assert office.post("/duties/orders/new/", sent).status_code == 302
    order = Order.objects.get()
    at = f"/duties/orders/{order.pk}/"
    assert filler.get(at).status_code == 404
    assert office.post(f"{at}edit/", sent | {"title": "改过的标题", "version": 1}).status_code == 302
    assert office.post(f"{at}issue/", {"version": 1}).status_code == 409
    assert office.post(f"{at}issue/", {"version": 2}).status_code == 302
    pk = side(order).pk
    page = filler.get(at).content.decode()
    assert f"/duties/receipts/{pk}/sign/" in page and "剩1天" in page
    assert filler.post(f"/duties/receipts/{pk}/sign/", {"version": 1}).status_code == 302
    empty = filler.post(f"/duties/receipts/{pk}/answer/", {"text": "", "version": 2})
    assert empty.status_code == 400 and "请填写办理情况" in empty.content.decode()
    given = filler.post(
        f"/duties/receipts/{pk}/answer/",
        {"text": ANSWER, "version": 2, "files": [io.BytesIO(b"%PDF-1.4 x")]},
    )
    assert given.status_code == 302
    assert "退回" not in filler.get(at).content.decode().split("record-body")[1].split("办结、退回")[0]
    assert office.post(f"/duties/receipts/{pk}/close/", {"version": 3}).status_code == 302
    assert side(order).status == "done"
    order.refresh_from_db()
    assert order.title == "改过的标题"


def test_a_bad_file_leaves_the_answer_unsent(cast):
    order = issued(cast)
    signed(cast, order)
    bad = io.BytesIO(b"MZ programme")
    bad.name = "x.exe"
    pk = side(order).pk
    answer = cast.client("qingshi.filler").post(
        f"/duties/receipts/{pk}/answer/", {"text": ANSWER, "version": 2, "files": [bad]}
    )
    assert answer.status_code == 400 and ANSWER in answer.content.decode()
    assert side(order).status == "signed"


def test_a_duty_that_is_late_can_be_made_an_order(cast):
    duty = Duty.objects.create(
        key="d", kind="task", title="回头看", agency=cast.unit("qingshi"), role="filler", due_at=NOW
    )
    page = cast.client("office").get(f"/duties/orders/new/?duty={duty.pk}").content.decode()
    assert "督办：回头看" in page
    assert f'value="{cast.unit("qingshi").pk}" class="form-check-input"' in page or "checked" in page


def test_the_page_of_a_late_duty_offers_the_order_to_who_may_issue_it(cast):
    due = NOW - dt.timedelta(days=1)
    late = {"kind": "task", "title": "回头看", "role": "filler", "due_at": due}
    duty = Duty.objects.create(key="d", agency=cast.unit("qingshi"), **late)
    link = f"/duties/orders/new/?duty={duty.pk}"
    assert link in cast.client("office").get(f"/duties/{duty.pk}/").content.decode()
    assert link not in cast.client("nr.head").get(f"/duties/{duty.pk}/").content.decode()


def test_a_units_own_act_stands_at_the_top_with_its_own_version(cast):
    order = issued(cast)
    page = cast.client("qingshi.filler").get(f"/duties/orders/{order.pk}/").content.decode()
    top = page.split('aria-label="当前状态"')[1].split("</section>")[0]
    assert f"/duties/receipts/{side(order).pk}/sign/" in top and 'name="version" value="1"' in top
    assert page.count("/sign/") == 1


def test_who_may_not_issue_has_no_form_and_no_button(cast):
    client = cast.client("nr.officer")
    assert client.get("/duties/orders/new/").status_code == 403
    assert "/duties/orders/new/" not in client.get("/duties/orders/").content.decode()


def test_filters_and_the_workbook_show_the_same_rows(cast):
    order = issued(cast, title="=1+1 甲", units=("qingshi", "nr"))
    answered(cast, order)
    issued(cast, kind="notice", due_at=None, title="乙")
    client = cast.client("office")
    page = client.get("/duties/orders/?kind=assign&state=open").content.decode()
    assert "=1+1 甲" in page and ">乙<" not in page and "已签收1/2，已办结0/2" in page
    answer = client.get("/duties/orders/xlsx/?kind=assign&state=open")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[2], row[7]) for row in rows] == [
        ("JB2026-0001", "=1+1 甲", "示范县自然资源局"),
        ("JB2026-0001", "=1+1 甲", "青石镇人民政府"),
    ]
    assert "没有符合条件" in client.get("/duties/orders/?state=withdrawn").content.decode()
    assert AuditEntry.objects.filter(verb="export.made").count() == 1
