"""Some sixty sites of 示范县 with their licences; the same every time."""

from __future__ import annotations

import datetime as dt
import random

from agencies.demo import TOWNSHIPS
from agencies.models import Agency
from ledgers.models import Licence, Site
from ledgers.models.sites import Production, SiteKind
from minewatch.lib.text import initials

GULLIES = ("柳树沟", "石门沟", "西梁沟", "东沟", "大井沟", "红土沟", "阳坡沟")
KINDS = (
    (SiteKind.MINE, "采石场"),
    (SiteKind.CLOSED_SHAFT, "废弃矿井(已封堵)"),
    (SiteKind.DIG_SPOT, "私挖点"),
    (SiteKind.CLOSED_SHAFT, "废弃矿点"),
    (SiteKind.MINE, "石料矿"),
    (SiteKind.PLANT, "石料加工点"),
    (SiteKind.RIVER, "河段"),
)
MINERALS = {"采石场": "石灰岩", "石料矿": "建筑石料用灰岩", "石料加工点": "建筑石料用灰岩", "河段": "河砂"}
OTHERS = ("煤", "铝土矿", "铁矿", "建筑用砂")
PER_VILLAGE = 7
#: Days from today at which the first licences of the demo run out: late, at 30, at 90 and well ahead.
EXPIRY_DAYS = (-12, 21, 75, 240, 400, 900)


def load_sites(today: dt.date) -> list[Site]:
    """Create the sites and the licences of the mines."""
    rng = random.Random(9999)  # noqa: S311 – demo data
    units = {agency.code: agency for agency in Agency.objects.select_related("division")}
    rows = []
    for township, (_code, _name, villages) in TOWNSHIPS.items():
        for village in villages:
            rows += [_site(n, units[township], units[village], rng) for n in range(PER_VILLAGE)]
    sites = Site.objects.bulk_create(rows)
    _licences([site for site in sites if site.kind == SiteKind.MINE], today)
    return sites


def _site(n: int, township: Agency, village: Agency, rng: random.Random) -> Site:
    kind, ending = KINDS[n % len(KINDS)]
    gully = GULLIES[(n * 3 + len(village.code)) % len(GULLIES)]
    name = f"{gully}{ending}"
    lon, lat = round(111.41 + rng.random() * 0.24, 5), round(39.31 + rng.random() * 0.22, 5)
    mine = kind == SiteKind.MINE
    return Site(
        number=f"{village.code.upper()}-{n + 1:02}",
        name=name,
        kind=kind,
        division=village.division,
        agency=township,
        village=village,
        location=f"{township.division.name}{village.division.name}{gully}",
        lon=lon,
        lat=lat,
        mineral=MINERALS.get(ending) or rng.choice(OTHERS),
        mining_method="露天" if mine else "",
        operator=f"示范县{gully[:-1]}石料有限公司" if mine else "",
        production=rng.choice([Production.PRODUCING, Production.STOPPED]) if mine else Production.NONE,
        warning_sign=kind == SiteKind.CLOSED_SHAFT,
        duty_plate=rng.random() < 0.7,
        grid=f"{village.division.name}网格",
        watchers=f"{village.division.name}网格员",
        initials=initials(name),
    )


def _licences(mines: list[Site], today: dt.date) -> None:
    rows = []
    for n, site in enumerate(mines):
        until = today + dt.timedelta(days=EXPIRY_DAYS[n % len(EXPIRY_DAYS)])
        since = until.replace(year=until.year - 5, day=min(until.day, 28))
        common = {
            "site": site,
            "holder": site.operator,
            "mineral": site.mineral,
            "valid_from": since,
            "issuer": "示范县自然资源局",
        }
        rows.append(Licence(kind=Licence.Kind.PERMIT, number=f"C9999212{n:015}", valid_to=until, **common))
        rows.append(
            Licence(
                kind=Licence.Kind.RIGHT,
                number=f"QC9999212{n:08}",
                valid_to=until + dt.timedelta(days=1825),
                **common,
            )
        )
    Licence.objects.bulk_create(rows)
