"""The table: official form 1 first, then what the paper has no room for."""

from collections.abc import Mapping
from types import MappingProxyType

from ledgers.columns.cells import (
    DATUMS,
    Column,
    read_accuracy,
    read_answer,
    read_datum,
    read_degrees,
    read_flag,
    read_mineral,
    read_moment,
    read_number,
    read_point,
    read_seq,
    read_text,
)

YES_NO = ("是", "否", "不清")
HAVE = ("有", "无", "不清")


def _asks(
    key: str,
    label: str,
    words: tuple[str, str, str] = YES_NO,
    *,
    help: str = "",
    aliases: tuple[str, ...] = (),
) -> Column:
    return Column(
        key,
        label,
        "answer",
        read_answer(label, words),
        official=True,
        required=True,
        help=help,
        max_length=100,
        choices=words,
        words=words,
        aliases=aliases,
    )


OFFICIAL = (
    Column(
        "seq",
        "序号",
        "integer",
        read_seq,
        official=True,
        help="只用于排列，不作为识别依据",
        aliases=("编号",),
    ),
    Column(
        "location",
        "巡查检查区域位置",
        "text",
        read_text("巡查检查区域位置", 200, required=True),
        official=True,
        required=True,
        max_length=200,
        help="写到乡（镇）、村、沟，或矿山名称加位置坐标",
        aliases=("巡查区域位置", "检查区域位置", "巡查检查位置", "区域位置", "位置"),
    ),
    Column(
        "mineral",
        "矿种",
        "text",
        read_mineral,
        official=True,
        max_length=60,
        help="如 煤、铝土矿、建筑用砂",
        aliases=("开采矿种",),
    ),
    _asks("licence", "有无采矿证", HAVE, help="可在“有”后写证号", aliases=("有无采矿许可证", "采矿证")),
    _asks(
        "shallow", "是否浅层煤浅层矿", aliases=("是否浅层煤、浅层矿", "是否浅层煤或浅层矿", "浅层煤浅层矿")
    ),
    _asks("illegal", "是否存在非法违法盗采行为", aliases=("是否存在非法盗采行为", "是否存在盗采行为")),
    _asks("beyond", "是否存在越层越界", aliases=("是否存在越层越界行为", "是否越层越界")),
    _asks("irregular", "是否存在违规生产行为", aliases=("是否违规生产", "是否存在违规生产")),
    Column(
        "measures",
        "制止取缔及关闭情况",
        "long",
        read_text("制止取缔及关闭情况", 500, lines=True),
        official=True,
        max_length=500,
        help="采取了什么措施；没有问题可写“无异常”",
        aliases=("制止取缔关闭情况",),
    ),
    Column("remark", "备注", "long", read_text("备注", 500, lines=True), official=True, max_length=500),
)
EXTRA = (
    Column(
        "patrolled_at",
        "巡查时间",
        "moment",
        read_moment,
        help="到分或到日，如 2022-09-23 14:30",
        aliases=("巡查日期", "检查时间", "检查日期"),
    ),
    Column(
        "night", "夜间巡查", "flag", read_flag("夜间巡查"), choices=("是", "否"), aliases=("是否夜间巡查",)
    ),
    Column(
        "people", "出动人数", "integer", read_number("出动人数", 9999, "人"), unit="人", aliases=("人数",)
    ),
    Column(
        "vehicles", "出动车辆", "integer", read_number("出动车辆", 999, "辆"), unit="辆", aliases=("车辆",)
    ),
    Column(
        "point",
        "坐标",
        "point",
        read_point,
        max_length=120,
        help="十进制度、度分秒，或 CGCS2000 三度带 X、Y",
        aliases=("位置坐标", "坐标位置", "经纬度"),
    ),
    Column("lon", "经度", "decimal", read_degrees("经度", 70, 140), unit="度"),
    Column("lat", "纬度", "decimal", read_degrees("纬度", 0, 60), unit="度"),
    Column("accuracy_m", "定位精度", "decimal", read_accuracy, unit="米"),
    Column("datum", "坐标系", "choice", read_datum, choices=DATUMS, help="不填按原样保留，不作转换"),
)
COLUMNS = OFFICIAL + EXTRA
BY_KEY: Mapping[str, Column] = MappingProxyType({column.key: column for column in COLUMNS})
ANSWERS = tuple(column.key for column in OFFICIAL if column.kind == "answer")
OFFICIAL_KEYS = tuple(column.key for column in OFFICIAL)


def display(key: str, value: object, text: str = "") -> str:
    """What the paper shows in a column; see Column.display."""
    return BY_KEY[key].display(value, text)


def official_texts(row: Mapping[str, object]) -> list[str]:
    """The ten texts of form 1 for a row of facts (`licence` and `licence_text` and so on)."""
    return [column.display(row.get(column.key), row.get(f"{column.key}_text") or "") for column in OFFICIAL]
