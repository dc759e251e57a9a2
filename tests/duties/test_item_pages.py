"""Pages of lists and items: filling by hand, by workbook, from the register; 销号 in the browser."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from duties.actions import items
from duties.models import Duty, Item
from minewatch.lib.clock import day_end
from tests.duties.test_items import NOW, add, closed, make_task, open_list, submit
from tests.ledgers.make import site

HEAD = ["名称", "位置", "责任单位", "分类", "问题", "整改要求", "期限", "监管责任人"]
ROW = ["一号井", "柳树沟", "青石镇", "关闭", "井口未封", "立即封堵", "2021-05-31", "网格员甲"]


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel(NOW, tick=False):
        yield


def book(*rows, head=HEAD):
    file = openpyxl.Workbook()
    for row in (head, *rows):
        file.active.append(row)
    out = io.BytesIO()
    file.save(out)
    return SimpleUploadedFile("清单.xlsx", out.getvalue())


def send(cast, item_list, *rows, who="nr.officer", **more):
    return cast.client(who).post(f"/duties/lists/{item_list.pk}/upload/", {"file": book(*rows, **more)})


def test_a_workbook_fills_the_list_and_twice_is_once(cast):
    item_list = open_list(cast)
    assert send(cast, item_list, ROW, [*ROW[:1], "石门", *ROW[2:]]).status_code == 302
    one, two = item_list.items.all()
    assert (one.number, one.agency.code, one.category, one.due_at) == (
        1,
        "qingshi",
        "close",
        day_end(dt.date(2021, 5, 31)),
    )
    assert Duty.objects.filter(key__in=[f"item:{one.pk}", f"item:{two.pk}"]).count() == 2
    assert send(cast, item_list, ROW, [*ROW[:1], "石门", *ROW[2:]]).status_code == 302
    assert item_list.items.count() == 2


def test_one_bad_cell_keeps_the_whole_workbook_out_and_is_named(cast):
    item_list = open_list(cast)
    bad = ["二号井", "", "没有镇", "炸掉", "", "", "后天", ""]
    response = send(cast, item_list, ROW, bad, ROW)
    text = response.content.decode()
    assert response.status_code == 400 and not item_list.items.exists()
    for word in ("第3行责任单位（C3）", "第3行分类（D3）", "第3行期限（G3）", "与“Sheet”第2行重复"):
        assert word in text


def test_a_workbook_without_our_labels_says_which_are_missing(cast):
    response = send(cast, open_list(cast), ["a"], head=["其他"])
    assert response.status_code == 400 and "没有找到表头" in response.content.decode()


def test_what_is_no_workbook_is_refused_with_words(cast):
    item_list = open_list(cast)
    response = cast.client("nr.officer").post(
        f"/duties/lists/{item_list.pk}/upload/", {"file": SimpleUploadedFile("x.xlsx", b"not a zip")}
    )
    assert response.status_code == 400 and "id_file_error" in response.content.decode()


def test_a_village_of_a_common_name_has_to_be_named_in_full(cast):
    item_list = open_list(cast)
    twin = cast.unit("baiyangcun")
    twin.division.name = "上湾村"
    twin.division.save()
    response = send(cast, item_list, [*ROW[:2], "上湾村", *ROW[3:]])
    assert "请填写全称" in response.content.decode() and not item_list.items.exists()


def test_the_blank_workbook_can_be_filled_and_sent_back(cast):
    item_list = open_list(cast, categories=["close", "move"])
    data = cast.client("nr.officer").get(f"/duties/lists/{item_list.pk}/template.xlsx").getvalue()
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert [cell.value for cell in sheet[1]] == HEAD
    assert "搬迁" in sheet["D1"].comment.text and "停产整顿" not in sheet["D1"].comment.text


def test_the_export_holds_exactly_what_is_shown_and_can_be_imported_again(cast):
    item_list = open_list(cast)
    send(cast, item_list, ROW, ["+cmd()", "石门", "白杨镇", "", "", "", "", ""])
    url = f"/duties/lists/{item_list.pk}/export.xlsx?unit=baiyang"
    data = cast.client("nr.officer").get(url).getvalue()
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(rows) == 2 and rows[1][1:4] == ["+cmd()", "石门", "白杨镇人民政府"]
    assert sheet["B2"].data_type == "s"
    other = items.open_list(title="另一份", agency=cast.unit("nr"), by=cast.member("nr.officer"))
    cast.client("nr.officer").post(
        f"/duties/lists/{other.pk}/upload/", {"file": SimpleUploadedFile("清单.xlsx", data)}
    )
    assert [item.name for item in other.items.all()] == ["+cmd()"]


def test_an_item_is_added_by_hand_once(cast):
    item_list = open_list(cast)
    form = {
        "name": "三号井",
        "agency": cast.unit("qingshi").pk,
        "due_at": "2021-06-01",
        "token": str(uuid.uuid4()),
    }
    client = cast.client("nr.officer")
    for _ in range(2):
        assert client.post(f"/duties/lists/{item_list.pk}/add/", form).status_code == 302
    item = item_list.items.get()
    assert item.due_at == day_end(dt.date(2021, 6, 1)) and item.found_by.code == "nr"


def test_objects_come_from_the_register_and_leave_the_offer(cast):
    task = make_task(cast)
    task.spec = {"objects": {"site_kinds": ["closed_shaft"], "title": "废弃矿井"}}
    task.save()
    shaft, _mine = site(cast, name="老井", kind="closed_shaft"), site(cast, name="矿山", number="M1")
    item_list = open_list(cast, task)
    url, client = f"/duties/lists/{item_list.pk}/objects/", cast.client("nr.officer")
    page = client.get(url).content.decode()
    assert "老井" in page and "矿山（有证" not in page
    client.post(url, {"answerable": "village", "chosen": [str(shaft.pk)]})
    item = item_list.items.get()
    assert (item.subject_kind, item.agency.code, item.site_kind) == (
        "ledgers.site",
        "shangwan",
        "closed_shaft",
    )
    assert "老井" not in client.get(url).content.decode()
    assert "老井（" in client.get(f"/duties/items/{item.pk}/").content.decode()  # links to the site


def test_a_list_of_a_task_takes_its_questions_from_the_notice(cast):
    task = make_task(cast)
    question = {"code": "sealed", "label": "是否封堵"}
    task.spec = {
        "objects": {"title": "废弃矿井“回头看”清单", "questions": [question], "categories": ["close"]}
    }
    task.save()
    client = cast.client("nr.officer")
    assert "回头看" in client.get(f"/duties/lists/new/?task={task.pk}").content.decode()
    form = {"task": task.pk, "agency": cast.unit("nr").pk, "title": "", "times": 0}
    response = client.post("/duties/lists/new/", form)
    item_list = task.item_lists.get()
    assert response.url == f"/duties/lists/{item_list.pk}/"
    assert (item_list.title, item_list.questions) == ("废弃矿井“回头看”清单", [question])


def test_an_item_goes_the_whole_way_in_the_browser(cast):
    item = add(cast, open_list(cast, questions=[{"code": "sealed", "label": "是否封堵"}]))
    url, filler, officer = (
        f"/duties/items/{item.pk}/",
        cast.client("qingshi.filler"),
        cast.client("nr.officer"),
    )
    assert "报请销号" in filler.get(url).content.decode()
    filler.post(f"{url}start/", {"version": item.version})
    item.refresh_from_db()
    form = {"version": item.version, "outcome": "已封堵", "q_sealed": "是"}
    response = filler.post(f"{url}submit/", form)
    assert response.status_code == 400 and "佐证" in response.content.decode()
    proof = SimpleUploadedFile("证明.pdf", b"%PDF-1.4 x")
    assert filler.post(f"{url}submit/", form | {"files": proof}).status_code == 302
    item.refresh_from_db()
    assert (item.status, item.answers) == ("awaiting", {"sealed": "是"})
    page = officer.get(url).content.decode()
    assert "验收销号" in page and "证明.pdf" in page
    officer.post(f"{url}close/", {"version": item.version})
    item.refresh_from_db()
    assert item.status == "closed"
    response = officer.post(f"{url}reopen/", {"version": item.version, "reason": "又被挖开", "due_on": ""})
    assert response.status_code == 302  # its date is still to come


def test_a_page_that_is_out_of_date_loses_to_who_was_first(cast):
    item = add(cast, open_list(cast))
    seen = item.version
    items.start(item=item, by=cast.member("qingshi.deputy"))
    response = cast.client("qingshi.filler").post(f"/duties/items/{item.pk}/start/", {"version": seen})
    assert response.status_code == 409 and "青石镇分管领导" in response.content.decode()


def test_the_unit_that_answers_sees_no_button_of_the_keeper(cast):
    item = add(cast, open_list(cast))
    submit(cast, item)
    page = cast.client("qingshi.filler").get(f"/duties/items/{item.pk}/").content.decode()
    assert f"/duties/items/{item.pk}/close/" not in page and "由自然资源局" in page
    response = cast.client("qingshi.filler").post(
        f"/duties/items/{item.pk}/close/", {"version": item.version}
    )
    assert response.status_code == 403


def test_filters_and_counts_agree(cast):
    item_list = open_list(cast)
    one, late = add(cast, item_list), add(cast, item_list, "二号井", due_at=NOW - dt.timedelta(days=1))
    closed(cast, one)
    client = cast.client("nr.officer")
    for query, names in (
        ("status=closed", {"一号井"}),
        ("status=standing", {"二号井"}),
        ("late=1", {"二号井"}),
        ("q=二", {"二号井"}),
        ("unit=qingshi", {"一号井", "二号井"}),
    ):
        page = client.get(f"/duties/lists/{item_list.pk}/?{query}")
        assert {row["cells"][0]["text"] for row in page.context["rows"]} == names
    row = next(r for r in client.get("/duties/lists/").context["rows"])
    assert [cell["text"] for cell in row["cells"][3:6]] == [2, 1, 1] and late.pk


def test_outsiders_see_neither_list_nor_item(cast):
    item_list = open_list(cast)
    item = add(cast, item_list)
    for who in ("baiyang.filler", "police.officer", "auditor", "sysadmin"):
        client = cast.client(who)
        for url in (
            f"/duties/lists/{item_list.pk}/",
            f"/duties/lists/{item_list.pk}/export.xlsx",
            f"/duties/lists/{item_list.pk}/print/",
            f"/duties/items/{item.pk}/",
            f"/duties/items/{item.pk}/submit/",
        ):
            assert client.get(url).status_code == 404, (who, url)


def test_a_secret_list_is_nowhere_for_the_unit_it_concerns(cast):
    item_list = items.open_list(
        title="暗访台账",
        agency=cast.unit("office"),
        by=cast.member("office"),
        source=cast.unit("office"),
    )
    item = add(cast, item_list, "金丝雀一号", by="office", hidden=True)
    for who in ("qingshi.filler", "nr.officer", "qingshi.head"):
        client = cast.client(who)
        assert client.get(f"/duties/items/{item.pk}/").status_code == 404
        assert client.get(f"/duties/lists/{item_list.pk}/").status_code == 404
        for url in ("/duties/lists/", "/duties/", "/todo/", "/duties/coverage/", "/search/?q=金丝雀"):
            text = client.get(url).content.decode()
            assert "暗访台账" not in text and "金丝雀一号" not in text
    assert "金丝雀一号" in cast.client("office").get(f"/duties/lists/{item_list.pk}/").content.decode()


def test_the_list_prints_its_rows_and_a_township_sees_its_own_only(cast):
    item_list = open_list(cast)
    add(cast, item_list), add(cast, item_list, "白杨井", agency="baiyang")
    page = cast.client("qingshi.filler").get(f"/duties/lists/{item_list.pk}/print/").content.decode()
    assert "一号井" in page and "白杨井" not in page


def test_freezing_asks_of_an_empty_list_whether_there_is_nothing(cast):
    item_list = open_list(cast)
    client, url = cast.client("nr.officer"), f"/duties/lists/{item_list.pk}/"
    assert "经排查没有此类对象" in client.get(f"{url}freeze/").content.decode()
    assert client.post(f"{url}freeze/", {"version": item_list.version}).status_code == 400
    form = {"version": item_list.version, "nothing_found": "1"}
    assert client.post(f"{url}freeze/", form).status_code == 302
    assert "已锁定" in client.get(url).content.decode()
    assert Item.objects.count() == 0


def test_freezing_is_asked_once_more_of_the_keeper_only(cast):
    item_list = open_list(cast)
    add(cast, item_list)
    page = cast.client("nr.officer").get(f"/duties/lists/{item_list.pk}/freeze/").content.decode()
    assert "不能解锁" in page and "1项" in page
    assert cast.client("qingshi.filler").get(f"/duties/lists/{item_list.pk}/freeze/").status_code == 302
    response = cast.client("qingshi.filler").post(
        f"/duties/lists/{item_list.pk}/freeze/", {"version": item_list.version}
    )
    assert response.status_code == 403


def test_all_objects_that_were_found_are_added_at_once(cast):
    for n in range(3):
        site(cast, name=f"老井{n}")
    site(cast, name="新矿")
    item_list, client = open_list(cast), cast.client("nr.officer")
    url = f"/duties/lists/{item_list.pk}/objects/"
    form = {"answerable": "keeper", "q": "老井"}
    assert client.post(url, form).status_code == 400
    client.post(url, form | {"all": "1"})
    assert sorted(item.name for item in item_list.items.all()) == ["老井0", "老井1", "老井2"]
    item = item_list.items.first()
    page = client.get(f"/duties/items/{item.pk}/").content.decode()
    assert "批量挂账" in page and "自然资源局承办人" in page


def test_the_same_few_queries_for_a_long_list(cast, django_assert_max_num_queries):
    item_list = open_list(cast)
    rows = [items.NewItem(f"{n}号井", cast.unit("qingshi")) for n in range(120)]
    with django_assert_max_num_queries(60):
        items.add_many(list=item_list, rows=rows, by=cast.member("nr.officer"))
    client = cast.client("nr.officer")
    client.get("/duties/lists/")
    for url in (f"/duties/lists/{item_list.pk}/", "/duties/lists/", f"/duties/lists/{item_list.pk}/print/"):
        with django_assert_max_num_queries(45):
            assert client.get(url).status_code == 200


STRANGE = (
    "?q=%25'\"",
    "?status=zz&category=zz&unit=zz&late=zz",
    "?campaign=x&task=x",
    "?after=x~y",
    "?before=~",
)


def test_no_strange_address_or_empty_form_makes_a_fault(cast):
    item_list = open_list(cast, questions=[{"code": "sealed", "label": "是否封堵"}])
    item = add(cast, item_list)
    client = cast.client("nr.officer")
    for path in (
        "/duties/lists/",
        f"/duties/lists/{item_list.pk}/",
        f"/duties/lists/{item_list.pk}/objects/",
    ):
        for query in STRANGE:
            assert client.get(f"{path}{query}").status_code == 200, (path, query)
    for name in ("new/", f"{item_list.pk}/add/", f"{item_list.pk}/upload/", f"{item_list.pk}/objects/"):
        assert client.post(f"/duties/lists/{name}", {"token": ""}).status_code == 400, name
    assert client.post(f"/duties/lists/{item_list.pk}/freeze/", {}).status_code == 409
    for name in ("start", "close", "send-back", "strike"):
        assert client.post(f"/duties/items/{item.pk}/{name}/", {}).status_code == 409, name
    assert client.post(f"/duties/items/{item.pk}/nothing/", {"version": 1}).status_code == 404
    assert client.get(f"/duties/items/{item.pk}/start/").status_code == 405


def test_on_a_task_without_a_date_the_undated_duty_follows_the_items(cast):
    task = make_task(cast, hosts=())
    duty = Duty.objects.create(
        key="undated",
        campaign=task.campaign,
        kind="task",
        title="登记造册",
        agency=cast.unit("nr"),
        role="officer",
        proof_kind=task.proof_kind,
    )
    item_list = open_list(cast, task)
    closed(cast, add(cast, item_list))
    items.freeze(list=item_list, by=cast.member("nr.officer"))
    duty.refresh_from_db()
    assert (duty.status, duty.needed, duty.done) == ("fulfilled", 1, 1)
