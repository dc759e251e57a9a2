"""The county workbook: 行政区划, 单位, 人员 → a CountyPlan, every problem found before anything is stored.

A problem names sheet, row and column and says how to mend it. Nothing is guessed: what cannot be read
is a problem, and one problem stops the whole workbook.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from agencies.actions.county import AgencyRow, CountyPlan, DivisionRow, MemberRow
from agencies.models import Agency, Division, Member, Role
from agencies.rules import (
    DIVISION_LEVELS,
    UNIT_KINDS,
    account_problem,
    level_problem,
    phone_problem,
    roles_problem,
    unit_code_problem,
)
from minewatch.lib.text import fold
from minewatch.lib.xlsx import SheetData, read_workbook

DIVISIONS, UNITS, PEOPLE = "行政区划", "单位", "人员"
COLUMNS = {
    DIVISIONS: ("区划代码", "名称", "最小经度", "最小纬度", "最大经度", "最大纬度"),
    UNITS: ("单位代码", "单位名称", "简称", "类别", "区划代码", "上级单位代码", "使用方式"),
    PEOPLE: ("账号", "姓名", "单位代码", "角色", "电话"),
}
OPTIONAL = {"最小经度", "最小纬度", "最大经度", "最大纬度", "简称", "上级单位代码", "使用方式", "电话"}
KINDS = {kind.label: kind for kind in UNIT_KINDS}
ROLES = {role.label: role for role in Role}
ONLINE = {"": True, "在线": True, "线下": False}
SYSADMIN = "sysadmin"
#: Degrees in which a Chinese county lies.
LONGITUDE, LATITUDE = (73.0, 136.0), (3.0, 54.0)


@dataclass(frozen=True)
class Problem:
    """Where, what is wrong, and how to mend it (Chinese)."""

    sheet: str
    row: int
    column: str
    coord: str
    message: str
    mend: str

    def __str__(self) -> str:
        place = f"【{self.sheet}】"
        if self.row:
            place += f"第{self.row}行"
        if self.column:
            place += f"“{self.column}”列" + (f"（{self.coord}）" if self.coord else "")
        return f"{place}：{self.message} 改法：{self.mend}"


@dataclass
class Row:
    """One row as texts by column label, with the coordinates of its cells."""

    sheet: str
    number: int
    texts: dict[str, str]
    coords: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.texts.get(column, "")


@dataclass
class Judgement:
    """What was read: the plan if `problems` is empty, and remarks that stop nothing."""

    plan: CountyPlan = field(default_factory=CountyPlan)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def wrong(self, row: Row, column: str, message: str, mend: str) -> None:
        """Note a problem at a cell."""
        self.problems.append(
            Problem(row.sheet, row.number, column, row.coords.get(column, ""), message, mend)
        )


def read_county(source: Path | str | bytes) -> Judgement:
    """Read and judge the workbook. Raises BadWorkbook when the file is none."""
    sheets = {fold(sheet.title): sheet for sheet in read_workbook(source)}
    judged = Judgement()
    rows: dict[str, list[Row]] = {}
    for title, columns in COLUMNS.items():
        if title not in sheets:
            judged.problems.append(
                Problem(
                    title,
                    0,
                    "",
                    "",
                    f"没有名为“{title}”的工作表。",
                    "从模板复制这张工作表，或把工作表改成这个名字。",
                )
            )
        else:
            rows[title] = list(_rows(sheets[title], title, columns, judged))
    if judged.problems:
        return judged
    divisions = _divisions(rows[DIVISIONS], judged)
    units = _units(rows[UNITS], divisions, judged)
    members = _members(rows[PEOPLE], units, judged)
    judged.plan = CountyPlan(tuple(divisions.values()), tuple(_parents_first(units)), tuple(members))
    return judged


# reading -------------------------------------------------------------------------------------------


def _rows(sheet: SheetData, title: str, columns: tuple[str, ...], judged: Judgement) -> Iterator[Row]:
    head, where = _head(sheet, columns)
    absent = [label for label in columns if label not in where and label not in OPTIONAL]
    if absent:
        judged.problems.append(
            Problem(
                title,
                head,
                "",
                "",
                f"没有找到列“{'”“'.join(absent)}”。",
                f"首行写明列名：{'、'.join(columns)}。",
            )
        )
        return
    for number, cells in sheet:
        if number <= head:
            continue
        texts, coords = {}, {}
        row = Row(title, number, texts, coords)
        for label, col in where.items():
            cell = cells.get(col)
            coords[label] = f"{_letter(col)}{number}"
            texts[label] = fold(cell.text) if cell and cell.kind not in ("formula", "error") else ""
            if cell and cell.kind in ("formula", "error"):
                judged.wrong(row, label, "这一格是公式或错误值，不能读取。", "改成直接填写的内容。")
        if any(texts.values()):
            yield row


def _head(sheet: SheetData, columns: tuple[str, ...]) -> tuple[int, dict[str, int]]:
    """(row number, label → column) of the row that names most columns, among the first five."""
    best: tuple[int, dict[str, int]] = (0, {})
    for number, cells in sheet:
        if number > 5:
            break
        found = {fold(cell.text).rstrip("*"): col for col, cell in cells.items() if cell.kind == "text"}
        where = {label: found[label] for label in columns if label in found}
        if len(where) > len(best[1]):
            best = (number, where)
    return best


def _letter(col: int) -> str:
    text = ""
    while col:
        col, rest = divmod(col - 1, 26)
        text = chr(65 + rest) + text
    return text


# divisions -----------------------------------------------------------------------------------------


def _divisions(rows: list[Row], judged: Judgement) -> dict[str, DivisionRow]:
    found: dict[str, DivisionRow] = {}
    county = next((row["区划代码"] for row in rows if re.fullmatch(r"\d{6}", row["区划代码"])), "")
    if not county:
        judged.problems.append(
            Problem(
                DIVISIONS,
                0,
                "区划代码",
                "",
                "没有县级区划（6位代码）。",
                "加一行本县的6位代码和名称。",
            )
        )
    for row in rows:
        code = row["区划代码"]
        if not code.isascii() or not code.isdigit() or len(code) not in DIVISION_LEVELS:
            judged.wrong(
                row,
                "区划代码",
                f"“{code or '空'}”不是区划代码。",
                "填统计用区划代码：县6位、乡镇9位、村12位数字。",
            )
        elif code in found:
            judged.wrong(row, "区划代码", f"代码 {code} 重复。", "每个区划只写一行。")
        elif county and not (code.startswith(county) or county.startswith(code)):
            judged.wrong(
                row,
                "区划代码",
                f"代码 {code} 不属于本县（{county}）。",
                f"改成以 {county} 开头的代码，或删去这一行。",
            )
        elif len(code) == 12 and not any(other["区划代码"] == code[:9] for other in rows):
            judged.wrong(row, "区划代码", f"缺少所属乡镇 {code[:9]}。", "先加上乡镇这一行，或更正代码。")
        else:
            found[code] = DivisionRow(code, row["名称"], _box(row, judged))
        if not row["名称"] or len(row["名称"]) > 60:
            judged.wrong(row, "名称", "名称没有填写或超过60个字。", "填写区划名称，例如“青石镇”。")
    return found


def _box(row: Row, judged: Judgement) -> tuple[float, float, float, float] | None:
    labels = COLUMNS[DIVISIONS][2:]
    if not any(row[label] for label in labels):
        return None
    values = []
    for label, (low, high) in zip(labels, (LONGITUDE, LATITUDE, LONGITUDE, LATITUDE), strict=True):
        try:
            value = float(row[label])
        except ValueError:
            value = -1.0
        if not low <= value <= high:
            judged.wrong(
                row,
                label,
                f"“{row[label] or '空'}”不是合理的度数。",
                f"填小数度数，在 {low:g} 与 {high:g} 之间；四个范围值要么都填，要么都不填。",
            )
            return None
        values.append(value)
    if values[0] >= values[2] or values[1] >= values[3]:
        judged.wrong(row, "最大经度", "最大值不大于最小值。", "检查经纬度是否填反。")
        return None
    return values[0], values[1], values[2], values[3]


# units ---------------------------------------------------------------------------------------------


def _units(rows: list[Row], divisions: dict[str, DivisionRow], judged: Judgement) -> dict[str, AgencyRow]:
    found: dict[str, AgencyRow] = {}
    codes = {row["单位代码"].lower() for row in rows} | set(Agency.objects.values_list("code", flat=True))
    known = set(divisions) | set(Division.objects.values_list("code", flat=True))
    for row in rows:
        unit = _unit(row, codes, known, judged)
        if unit.code in found:
            judged.wrong(row, "单位代码", f"单位代码 {unit.code} 重复。", "每个单位用不同的代码。")
        found.setdefault(unit.code, unit)
    for row in rows:
        if _in_circle(row["单位代码"].lower(), found):
            judged.wrong(
                row,
                "上级单位代码",
                "上级单位绕成了圈。",
                "检查这几个单位的上级，最上面的单位不填上级。",
            )
    if not rows:
        judged.problems.append(Problem(UNITS, 0, "", "", "没有单位。", "至少填写县政府和一个单位。"))
    return found


def _unit(row: Row, codes: set[str], divisions: set[str], judged: Judgement) -> AgencyRow:
    code, parent, division = row["单位代码"].lower(), row["上级单位代码"].lower(), row["区划代码"]
    problem = unit_code_problem(code)
    if problem:
        judged.wrong(row, "单位代码", f"“{code or '空'}”不能作单位代码。", problem[1])
    if not row["单位名称"] or len(row["单位名称"]) > 80:
        judged.wrong(row, "单位名称", "单位名称没有填写或超过80个字。", "填写单位全称。")
    if len(row["简称"]) > 30:
        judged.wrong(row, "简称", "简称超过30个字。", "写短一些，或不填。")
    kind = KINDS.get(row["类别"])
    if kind is None:
        judged.wrong(
            row, "类别", f"没有“{row['类别'] or '空'}”这种类别。", f"填写其中之一：{'、'.join(KINDS)}。"
        )
    if division not in divisions:
        judged.wrong(
            row,
            "区划代码",
            f"行政区划“{division or '空'}”不存在。",
            f"先在“{DIVISIONS}”表加上这个代码，或更正。",
        )
    elif kind is not None and (level := level_problem(kind, division)):
        judged.wrong(row, "区划代码", f"代码 {division} 与类别不符。", level[1])
    if parent and parent not in codes:
        judged.wrong(row, "上级单位代码", f"上级单位“{parent}”不存在。", "先加上这个单位，或更正代码。")
    if row["使用方式"] not in ONLINE:
        judged.wrong(row, "使用方式", f"没有“{row['使用方式']}”这种使用方式。", "填“在线”或“线下”。")
    return AgencyRow(
        code,
        row["单位名称"],
        kind or "",
        division,
        parent,
        row["简称"],
        ONLINE.get(row["使用方式"], True),
    )


def _in_circle(code: str, units: dict[str, AgencyRow]) -> bool:
    seen, at = set(), code
    while at in units and at not in seen:
        seen.add(at)
        at = units[at].parent
    return at == code and bool(units.get(code)) and bool(units[code].parent)


def _parents_first(units: dict[str, AgencyRow]) -> list[AgencyRow]:
    placed: dict[str, AgencyRow] = {}

    def place(unit: AgencyRow, above: frozenset[str]) -> None:
        if unit.code in placed or unit.code in above:
            return
        if unit.parent in units:
            place(units[unit.parent], above | {unit.code})
        placed[unit.code] = unit

    for unit in units.values():
        place(unit, frozenset())
    return list(placed.values())


# people --------------------------------------------------------------------------------------------


def _members(rows: list[Row], units: dict[str, AgencyRow], judged: Judgement) -> list[MemberRow]:
    kinds = {code: unit.kind for code, unit in units.items()}
    kinds |= dict(Agency.objects.exclude(code__in=kinds).values_list("code", "kind"))
    found: dict[str, MemberRow] = {}
    for row in rows:
        member = _member(row, kinds, judged)
        if member.username and member.username in found:
            judged.wrong(row, "账号", f"账号 {member.username} 重复。", "每人用不同的账号。")
        found.setdefault(member.username, member)
    _one_administrator(found, judged)
    _note_differences(found, judged)
    return list(found.values())


def _member(row: Row, kinds: dict[str, str], judged: Judgement) -> MemberRow:
    username, unit = row["账号"].lower(), row["单位代码"].lower()
    if problem := account_problem(username):
        judged.wrong(row, "账号", f"“{username or '空'}”不能作账号。", problem[1])
    if not row["姓名"] or len(row["姓名"]) > 40:
        judged.wrong(row, "姓名", "姓名没有填写或超过40个字。", "填写姓名。")
    if problem := phone_problem(row["电话"]):
        judged.wrong(row, "电话", f"“{row['电话']}”不是电话号码。", problem[1])
    if unit and unit not in kinds:
        judged.wrong(row, "单位代码", f"单位“{unit}”不存在。", f"先在“{UNITS}”表加上这个单位，或更正代码。")
    words = [word for word in re.split(r"[、，,；;/\s]+", row["角色"]) if word]
    unknown = [word for word in words if word not in ROLES]
    roles = tuple(dict.fromkeys(str(ROLES[word].value) for word in words if word in ROLES))
    if unknown:
        judged.wrong(
            row,
            "角色",
            f"没有“{'”“'.join(unknown)}”这种角色。",
            f"填写其中之一，几个角色用顿号分开：{'、'.join(ROLES)}。",
        )
    elif not unit or kinds.get(unit):  # a unit of unknown kind has its own problem already
        _judge_roles(row, roles, kinds.get(unit) if unit else None, judged)
    return MemberRow(username, row["姓名"], unit, roles, row["电话"])


def _judge_roles(row: Row, roles: tuple[str, ...], kind: str | None, judged: Judgement) -> None:
    problem = roles_problem(roles, kind)
    if problem is None:
        return
    column = "单位代码" if problem[0] == "agency" else "角色"
    said = f"“{row[column]}”不能这样填。" if row[column] else "没有填写。"
    judged.wrong(row, column, said, problem[1])


def _one_administrator(found: dict[str, MemberRow], judged: Judgement) -> None:
    """A county without an administrator gets one account of that role."""
    if any(Role.SYSTEM_ADMIN in member.roles for member in found.values()):
        return
    if Member.objects.filter(grants__role=Role.SYSTEM_ADMIN).exists():
        return
    if SYSADMIN in found or Member.objects.filter(username=SYSADMIN).exists():
        judged.problems.append(
            Problem(
                PEOPLE,
                0,
                "角色",
                "",
                "没有系统管理员，而账号 sysadmin 已由别人使用。",
                "加一行角色为“系统管理员”的人员。",
            )
        )
        return
    found[SYSADMIN] = MemberRow(SYSADMIN, "系统管理员", "", (Role.SYSTEM_ADMIN.value,))
    judged.notes.append("表中没有系统管理员，将建立账号 sysadmin。")


def _note_differences(found: dict[str, MemberRow], judged: Judgement) -> None:
    """Accounts that are there already are left alone; a difference is said, not stored."""
    for member in Member.objects.filter(username__in=found).select_related("agency"):
        row = found[member.username]
        if (member.agency.code if member.agency else "") != row.agency or set(row.roles) != member.own_roles:
            judged.notes.append(
                f"账号 {row.username} 已有，单位或角色与表中不同，保留系统中的；请在“人员”页面调整。"
            )
