"""The campaign's inspections: the year's plan, a joint one, 督导 openly and unannounced."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from duties.actions import items
from duties.models import Item, ItemList
from ledgers.actions import inspections, plans
from ledgers.inspection_rules import offered
from ledgers.models import Site
from ledgers.models.inspections import Inspection, InspectionPlan
from ledgers.models.sites import SiteKind
from minewatch.lib.clock import day_end, now
from reports.demo.campaign import Drive, Event
from reports.demo.papers import photo


class Inspections:
    """Who inspects whom; `drive` knows the days and the people."""

    def __init__(self, drive: Drive) -> None:
        self.drive, self.units, self.people = drive, drive.units, drive.people
        self.ago = drive.ago

    def events(self) -> Iterator[Event]:
        """Everything that happens, in no order."""
        yield from self._joint()
        yield self.ago(8, 10), self._open_visit
        yield self.ago(3, 10), self._secret_visit

    def _joint(self) -> Iterator[Event]:
        """The year's plan, and one joint inspection held by it, with a problem mended and one overdue."""
        yield self.ago(32, 9), self._plan
        yield self.ago(31, 15), self._approve
        yield self.ago(19, 17), self._inspect
        yield self.ago(13, 15), functools.partial(self._mend, 1)
        yield self.ago(12, 10), functools.partial(self._mended, 1)
        yield self.ago(6, 15), functools.partial(self._take_up, 2)

    def _plan(self) -> None:
        by, day = self.people["office"], self.ago(19, 9)
        plan = plans.draft(
            member=by,
            agency=self.units["office"],
            year=day.year,
            title=f"{day.year}年度矿山联合检查计划",
            campaign=self.drive.task("JC-7").campaign,
        )
        who = [self.units[code] for code in ("nr", "emergency", "ecology", "police")]
        quarter = (day.month + 2) // 3
        plans.set_line(
            plan=plan,
            member=by,
            period=f"{day.year}-Q{quarter}",
            theme="露天矿山越界开采和安全生产",
            agencies=who,
            scope="露天采石场",
        )
        plans.submit(plan=plan, member=by)

    def _approve(self) -> None:
        plans.approve(plan=InspectionPlan.objects.get(), by=self.people["leader"])

    def _inspect(self) -> None:
        by = self.people["nr.officer"]
        made = inspections.draft(
            member=by,
            agency=self.units["nr"],
            kind=Inspection.Kind.JOINT,
            title="露天采石场联合检查",
            starts_at=self.ago(19, 9),
            ends_at=self.ago(19, 16),
            line=InspectionPlan.objects.get().lines.get(),
            campaign=self.drive.task("JC-7").campaign,
        )
        mines = Site.objects.filter(kind=SiteKind.MINE, agency=self.units["qingshi"]).order_by("number")[:2]
        inspections.add_sites(inspection=made, member=by, sites=list(mines))
        for unit in made.units.select_related("agency", "inspection"):
            if unit.agency.code == "police":
                inspections.set_unit(unit=unit, member=by, absent=True, reason="当日另有侦办任务")
                continue
            member = self.people[f"{unit.agency.code}.officer"]
            inspections.set_unit(unit=unit, member=member, people="承办人等3人", headcount=3, vehicles=1)
            for at_site in made.sites.select_related("inspection", "site"):
                rows = {one.code: ("good", "") for one in offered(at_site, unit.agency)}
                if "dust" in rows:
                    rows["dust"] = ("bad", "破碎工段没有覆盖，扬尘较大")
                inspections.answer(at_site=at_site, member=member, agency=unit.agency, rows=rows)
        self._find(made)
        made.refresh_from_db()
        inspections.file(inspection=made, member=self.people["nr.approver"])

    def _find(self, made: Inspection) -> None:
        for at_site, days in zip(made.sites.select_related("site__division"), (9, 2), strict=True):
            inspections.add_finding(
                inspection=made,
                member=self.people["ecology.officer"],
                found_by=self.units["ecology"],
                agency=self.units["qingshi"],
                at_site=at_site,
                problem="破碎工段没有覆盖，扬尘防治不到位",
                demand="完善喷淋和覆盖设施",
                due_at=day_end(self.ago(days, 9).date()),
            )

    def _finding(self, number: int) -> Item:
        found = Inspection.objects.get(kind=Inspection.Kind.JOINT)
        item_list = ItemList.objects.get(source_kind="ledgers.inspection", source_id=str(found.pk))
        return item_list.items.select_related("agency", "list__agency").get(number=number)

    def _take_up(self, number: int) -> None:
        items.start(item=self._finding(number), by=self.people["qingshi.filler"])

    def _mend(self, number: int) -> None:
        items.submit(
            item=self._finding(number),
            by=self.people["qingshi.filler"],
            outcome="企业已加装喷淋设施，料堆已覆盖。",
            uploads=[photo()],
        )

    def _mended(self, number: int) -> None:
        items.close(item=self._finding(number), by=self.people["nr.approver"])

    def _open_visit(self) -> None:
        """督导（明查） of a township by the county's leader."""
        by, county = self.people["leader"], self.units["county"]
        made = inspections.draft(
            member=by,
            agency=county,
            kind=Inspection.Kind.OPEN,
            title="专项行动推进情况督导",
            starts_at=now(),
            campaign=self.drive.task("JC-7").campaign,
        )
        subject = inspections.add_subjects(inspection=made, member=by, agencies=[self.units["huangsha"]])[0]
        inspections.judge(subject=subject, member=by, text="台账基本健全，个别村巡查次数不够。")
        inspections.add_finding(
            inspection=made,
            member=by,
            found_by=county,
            agency=self.units["huangsha"],
            subject=subject,
            problem="个别村未按周开展排查",
            demand="补齐排查，落实网格责任人",
            due_at=day_end(self.ago(-7, 9).date()),
        )
        made.refresh_from_db()
        inspections.file(inspection=made, member=by)

    def _secret_visit(self) -> None:
        """督导（暗访）, filed and not yet made known."""
        by, office = self.people["office"], self.units["office"]
        made = inspections.draft(
            member=by,
            agency=office,
            kind=Inspection.Kind.SECRET,
            title="夜间值守情况暗访",
            starts_at=self.ago(4, 21),
        )
        places = Site.objects.filter(agency=self.units["baiyang"], kind=SiteKind.DIG_SPOT).order_by("number")
        at_site = inspections.add_sites(inspection=made, member=by, sites=list(places[:1]))[0]
        inspections.add_finding(
            inspection=made,
            member=by,
            found_by=office,
            agency=self.units["baiyang"],
            at_site=at_site,
            problem="夜间无人值守",
            demand="落实夜间值守",
            due_at=day_end(self.ago(-10, 9).date()),
        )
        made.refresh_from_db()
        inspections.file(inspection=made, member=by)
