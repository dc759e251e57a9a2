"""The campaign's list of closed shafts, its orders, cards and what was put on record."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator

from duties.actions import accountability, cards, items, orders
from duties.models import Duty, Item, ItemList, Order
from ledgers.models import Site
from ledgers.models.sites import SiteKind
from minewatch.lib.clock import day_end, now
from reports.demo.campaign import Drive, Event
from reports.demo.papers import document, photo

TOWNS = ("qingshi", "baiyang", "huangsha")
FIRST_LATE = 13  # number of the item with a date of its own


class Supervision:
    """What is listed, ordered and held against whom; `drive` knows the days and the people."""

    def __init__(self, drive: Drive) -> None:
        self.drive, self.units, self.people = drive, drive.units, drive.people
        self.ago = drive.ago

    def events(self) -> Iterator[Event]:
        """Everything that happens, in no order."""
        yield from self._list()
        yield from self._orders()
        yield self.ago(6, 11), self._circular
        yield self.ago(1, 16), self._card

    # the list --------------------------------------------------------------------------------------

    def _list(self) -> Iterator[Event]:
        """废弃矿井“回头看”: six closed, one flared up again, one sent back, the rest on the way."""
        yield self.ago(40, 10), self._draw_up
        for number in range(1, 9):
            yield self.ago(36 - number, 15), functools.partial(self._report, number)
        for number in range(1, 8):
            yield self.ago(35 - number, 10), functools.partial(self._accept, number)
        yield self.ago(26, 11), self._send_back
        yield self.ago(5, 9), self._flare_up
        yield self.ago(4, 9), self._strike
        for number in (9, 10):
            yield self.ago(2, number), functools.partial(self._report, number)
        for number in (11, 12, FIRST_LATE):
            yield self.ago(9, number), functools.partial(self._start, number)

    def _draw_up(self) -> None:
        task, by = self.drive.task("JC-7b"), self.people["nr.officer"]
        spec = task.spec["objects"]
        made = items.open_list(
            title=spec["title"],
            agency=self.units["nr"],
            task=task,
            growing=spec["growing"],
            categories=spec["categories"],
            questions=spec["questions"],
            by=by,
        )
        shafts = Site.objects.visible_to(by).filter(kind=SiteKind.CLOSED_SHAFT).order_by("number")
        late = day_end(self.ago(3, 9).date())
        # one of each township in turn
        shafts = sorted(shafts.select_related("agency", "division"), key=lambda site: site.number[::-1])
        rows = [
            items.NewItem(
                name=site.name,
                place=site.location,
                agency=site.agency,
                subject=site,
                site_kind=site.kind,
                division=site.division,
                category=Item.Category.CHECK,
                demand="核查封堵、警示标识和监管责任人，问题整改到位后销号。",
                due_at=late if n == FIRST_LATE else None,
            )
            for n, site in enumerate(shafts, start=1)
        ]
        items.add_many(list=made, rows=rows, by=by)

    def _item(self, number: int) -> Item:
        item_list = ItemList.objects.get(task=self.drive.task("JC-7b"))
        return item_list.items.select_related("agency", "list__agency").get(number=number)

    def _filler(self, item: Item) -> object:
        return self.people[f"{item.agency.code}.filler"]

    def _start(self, number: int) -> None:
        item = self._item(number)
        items.start(item=item, by=self._filler(item))

    def _report(self, number: int) -> None:
        item = self._item(number)
        told = {one["code"]: "是" for one in item.list.questions} | {"opened": "否", "person": "网格员"}
        items.submit(
            item=item,
            by=self._filler(item),
            outcome="已到现场核查，封堵完好，警示标识已重新设立。",
            answers=told,
            uploads=[photo()],
        )

    def _accept(self, number: int) -> None:
        items.close(item=self._item(number), by=self.people["nr.approver"])

    def _send_back(self) -> None:
        reason = "照片看不清井口封堵情况，请补拍。"
        items.send_back(item=self._item(8), by=self.people["nr.approver"], reason=reason)

    def _flare_up(self) -> None:
        reason = "复查发现封堵处有新的松动。"
        items.reopen(item=self._item(7), by=self.people["nr.approver"], reason=reason)

    def _strike(self) -> None:
        reason = "与清单另一处为同一井口。"
        items.strike(item=self._item(14), by=self.people["nr.approver"], reason=reason)

    # orders, cards, accountability -----------------------------------------------------------------

    def _orders(self) -> Iterator[Event]:
        """督办单: closed, answered late, not even signed. 通知: read by some. 交办单: just sent."""
        yield self.ago(14, 10), self._supervise
        yield self.ago(13, 9), functools.partial(self._sign, "qingshi")
        yield self.ago(13, 15), functools.partial(self._sign, "baiyang")
        yield self.ago(9, 16), functools.partial(self._answer, "qingshi")
        yield self.ago(8, 15), self._close
        yield self.ago(4, 16), functools.partial(self._answer, "baiyang")
        yield self.ago(2, 9), self._notify
        yield self.ago(2, 15), functools.partial(self._read, "qingshi", "qingshi.filler")
        yield self.ago(1, 9), functools.partial(self._read, "nr", "nr.officer")
        yield self.ago(1, 11), self._assign

    def _order(
        self, by: str, agency: str, kind: str, title: str, text: str, units: tuple[str, ...], days: int
    ) -> None:
        due = None if kind == Order.Kind.NOTICE else day_end(now().date() + dt.timedelta(days=days))
        made = orders.draft(
            by=self.people[by],
            agency=self.units[agency],
            kind=kind,
            title=title,
            text=text,
            units=[self.units[code] for code in units],
            campaign=self.drive.task("JC-7").campaign,
            due_at=due,
        )
        orders.issue(order=made, by=self.people[by])

    def _supervise(self) -> None:
        text = "请对辖区内废弃矿井逐个核查封堵情况，报送核查结果。"
        self._order("leader", "county", Order.Kind.SUPERVISE, "废弃矿井封堵核查", text, TOWNS, 8)

    def _notify(self) -> None:
        text = "第二阶段中期情况将于下周汇总，请提前准备台账。"
        units = (*TOWNS, "nr", "police")
        self._order("office", "office", Order.Kind.NOTICE, "准备第二阶段中期汇总", text, units, 0)

    def _assign(self) -> None:
        text = "请核对河道采砂点和林地占用情况，书面反馈。"
        self._order("office", "office", Order.Kind.ASSIGN, "核对重点点位", text, ("water", "forestry"), 5)

    def _receipt(self, unit: str, kind: str) -> object:
        order = Order.objects.get(kind=kind)
        return order.receipts.select_related("order__agency", "agency").get(agency=self.units[unit])

    def _sign(self, unit: str) -> None:
        orders.sign(receipt=self._receipt(unit, Order.Kind.SUPERVISE), by=self.people[f"{unit}.filler"])

    def _answer(self, unit: str) -> None:
        orders.answer(
            receipt=self._receipt(unit, Order.Kind.SUPERVISE),
            by=self.people[f"{unit}.filler"],
            text="已逐个核查，情况见附件。",
            uploads=[document("核查情况")],
        )

    def _close(self) -> None:
        orders.close(receipt=self._receipt("qingshi", Order.Kind.SUPERVISE), by=self.people["leader"])

    def _read(self, unit: str, who: str) -> None:
        orders.read(receipt=self._receipt(unit, Order.Kind.NOTICE), by=self.people[who])

    def _circular(self) -> None:
        accountability.record(
            by=self.people["office"],
            kind="circular",
            agency=self.units["huangsha"],
            on=now().date(),
            reason="周报连续迟报，督办单逾期未签收。",
            basis="专项行动工作方案五（三）",
            decided_by_unit=self.units["office"],
            campaign=self.drive.task("JC-7").campaign,
        )

    def _card(self) -> None:
        late = Duty.objects.open().filter(
            agency=self.units["huangsha"], kind=Duty.Kind.ORDER, due_at__lt=now(), history=False
        )
        cards.propose(
            by=self.people["office"],
            agency=self.units["huangsha"],
            colour="yellow",
            reason="督办单逾期未签收，经催报仍未办理。",
            basis="专项行动工作方案五（三）",
            duty=late.order_by("due_at", "pk").first(),
            campaign=self.drive.task("JC-7").campaign,
        )
