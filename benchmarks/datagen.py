"""A county's patrol rows from a fixed seed; `rows` streams, so ten million fit in memory.

20 townships × 15 villages, 500 sites with a skew of rank^1.5, 80 % village, 16 %
township and 4 % county rows, 6 % with a finding, remarks of 20–60 characters,
filing delay 90 % < 2 days.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass

TOWNSHIPS, VILLAGES, SITES = 20, 15, 500
FIRST_DAY = dt.date(2021, 1, 1)
DAYS = 730
WORDS = (
    "现场 无异常 巡查 山沟 采石场 废弃 井口 封堵 完好 警示牌 村干部 陪同 夜间 车辆 "
    "痕迹 未发现 挖掘 迹象 道路 通畅 "
    "河道 平整 复垦 植被 恢复 边坡 稳定 值守 登记 走访 "
    "群众 反映 举报 核实 设备 撤离 断电 封闭 检查 记录 拍照"
).split()
RARE = ("涵洞", "尾矿", "浮选", "掌子面", "采空区")
MINERALS = ("煤", "铝土矿", "石灰岩", "建筑用砂", "铁矿", "建筑石料用灰岩")
FINDINGS = ("illegal", "beyond", "irregular")
WEIGHTS = (45, 25, 30)


@dataclass(frozen=True)
class Row:
    """One patrol row; `unit` is 0 for the county, 1–20 for townships, then villages."""

    unit: int
    site: int
    day: dt.date
    minute: int
    night: bool
    finding: str
    people: int
    vehicles: int
    mineral: str
    remark: str
    delay_hours: float
    lon: float
    lat: float


def unit_count() -> int:
    """County + townships + villages."""
    return 1 + TOWNSHIPS + TOWNSHIPS * VILLAGES


def _site(rng: random.Random) -> int:
    return min(int(SITES * rng.random() ** 1.5), SITES - 1)


def _unit(rng: random.Random, site: int) -> int:
    township = site % TOWNSHIPS
    level = rng.random()
    if level < 0.04:
        return 0
    if level < 0.20:
        return 1 + township
    return 1 + TOWNSHIPS + township * VILLAGES + site // TOWNSHIPS % VILLAGES


def rows(n: int, *, seed: int = 20260101, start: int = 0) -> Iterator[Row]:
    """`n` rows from number `start` on; row k is the same whatever `n` and `start` are."""
    for k in range(start, start + n):
        rng = random.Random(seed * 1_000_003 + k)
        site = _site(rng)
        remark = "".join(rng.choice(WORDS) for _ in range(rng.randint(6, 16)))
        if rng.random() < 0.02:
            remark += rng.choice(RARE)
        delay = rng.random()
        yield Row(
            unit=_unit(rng, site),
            site=site,
            day=FIRST_DAY + dt.timedelta(days=rng.randrange(DAYS)),
            minute=rng.randrange(1440),
            night=rng.random() < 0.08,
            finding=rng.choices(FINDINGS, WEIGHTS)[0] if rng.random() < 0.06 else "",
            people=rng.randint(1, 5),
            vehicles=rng.randint(0, 2),
            mineral=rng.choice(MINERALS),
            remark=remark,
            delay_hours=rng.random() * 48 if delay < 0.90 else rng.random() * (720 if delay < 0.99 else 1400),
            lon=111.40 + rng.random() * 0.26,
            lat=39.30 + rng.random() * 0.24,
        )
