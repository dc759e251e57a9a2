"""The references of 示范县 for tests without a database (design.md 6)."""

from datetime import date

from ledgers.columns import Refs, Village

TOWNSHIPS = {"青石镇": "990001101", "白杨镇": "990001102", "黄沙乡": "990001201"}
VILLAGES = {
    "青石镇": ("上湾村", "下湾村", "石门村"),
    "白杨镇": ("白杨村", "柳林村", "河口村"),
    "黄沙乡": ("沙梁村", "前沟村", "后沟村"),
}
BBOX = (111.40, 39.30, 111.66, 39.54)


def refs(unit: str = "青石镇", **more) -> Refs:
    """示范县 as `unit` sees it."""
    villages = tuple(
        Village(name, f"{TOWNSHIPS[township]}{200 + place}", township)
        for township, names in VILLAGES.items()
        for place, name in enumerate(names)
    )
    return Refs("示范县", BBOX, unit, TOWNSHIPS, villages, today=date(2026, 11, 22), **more)
