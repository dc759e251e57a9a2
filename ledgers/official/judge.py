"""What of a read table is accepted, accepted with a note, or refused: the cell, the reason, the mend.

Nothing is guessed silently: what had to be understood is noted, and what cannot be is refused. Nothing
readable is thrown away: a refused row keeps its texts for the receipt and for mending.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from ledgers.columns import (
    ANSWERS,
    BY_KEY,
    OFFICIAL_KEYS,
    Problem,
    Refs,
    foreign_unit,
    parse_row,
)
from ledgers.official.reader import ReadRow, ReadSheet
from minewatch.lib.hashing import digest
from minewatch.lib.periods import Period, parse_period, period_of
from minewatch.lib.text import fold, normalise, parse_answer
from minewatch.lib.xlsx import Cell
from minewatch.lib.xlsx.sheets import as_text

ACCEPTED, NOTED, REFUSED, SKIPPED = "accepted", "accepted_with_note", "refused", "skipped"
TWIN = "与前面的记录内容完全相同"
HELD = "，暂未导入；内容已保留，改正后重新上传即可"  # behind what stops a whole table
OURS = "【"  # how comments that marking.py wrote begin


@dataclass(frozen=True)
class Verdict:
    """On one cell (`column` named), one row (`column` empty) or a table's head (column unit, filled_on)."""

    sheet: str
    row: int
    col: int
    coord: str
    column: str
    verdict: str
    reason: str = ""
    mend: str = ""

    @property
    def place(self) -> str:
        """工作表“青石镇”第5行“矿种”（C5)"""
        label = f"“{BY_KEY[self.column].label}”" if self.column in BY_KEY else ""
        return f"工作表“{self.sheet}”第{self.row}行{label}（{self.coord}）"


@dataclass(frozen=True)
class JudgedRow:
    """One row with everything said about it.

    unit      the township or village (or bureau) whose ledger it belongs to
    texts     the cells as written, by column key, refused ones too
    facts     what they state, under the names of the Entry model, with patrolled_on, precision and period;
              incomplete where the row is refused
    identity  hash of unit, period and the normalised columns; with `nth` it tells the row from its twins;
              "" where refused
    """

    sheet: str
    number: int
    unit: str
    verdict: str
    texts: Mapping[str, str]
    facts: Mapping[str, object]
    verdicts: tuple[Verdict, ...] = ()
    identity: str = ""
    nth: int = 0
    key: str = ""
    others: Mapping[str, str] = field(default_factory=dict)

    @property
    def reasons(self) -> str:
        return "；".join(verdict.reason for verdict in self.verdicts if verdict.reason)


@dataclass(frozen=True)
class Judgement:
    """One table: its unit, its period, its rows, and all verdicts in order of place."""

    sheet: str
    unit: str
    period: str
    filled_on: date | None
    rows: tuple[JudgedRow, ...]
    verdicts: tuple[Verdict, ...]
    signatures: Mapping[str, str]

    @property
    def accepted(self) -> tuple[JudgedRow, ...]:
        return tuple(row for row in self.rows if row.verdict != REFUSED)

    @property
    def refused(self) -> tuple[JudgedRow, ...]:
        return tuple(row for row in self.rows if row.verdict == REFUSED)


def judge(
    sheet: ReadSheet,
    refs: Refs,
    *,
    period: str | None = None,
    may_file_for: Collection[str] = (),
    unit: str = "",
    seen: dict[str, int] | None = None,
) -> Judgement:
    """Judge one table.

    period        "2022-09" …: stands for the period of every row; without it that is the month of 填写时间,
                  the quarter for a unit that is neither township nor village
    may_file_for  names of the units the member may file for, beside `unit`
    unit          the unit the upload is made for; refs.unit if not given
    seen          identity → occurrences so far, shared by the tables of one workbook
    Raises BadPeriod for a period that cannot be read.
    """
    return _Judge(
        sheet, refs, period, may_file_for, unit or refs.unit, {} if seen is None else seen
    ).judgement()


def judge_workbook(
    sheets: Sequence[ReadSheet],
    refs: Refs,
    *,
    period: str | None = None,
    may_file_for: Collection[str] = (),
    unit: str = "",
) -> list[Judgement]:
    """Judge all tables of a workbook; refused as a whole where not one sheet holds a table."""
    seen: dict[str, int] = {}
    found = [
        judge(sheet, refs, period=period, may_file_for=may_file_for, unit=unit, seen=seen) for sheet in sheets
    ]
    if any(sheet.found for sheet in sheets):
        return found
    return [_all_refused(judgement) for judgement in found]


def _all_refused(judgement: Judgement) -> Judgement:
    verdicts = tuple(Verdict(**{**vars(verdict), "verdict": REFUSED}) for verdict in judgement.verdicts)
    return Judgement(**{**vars(judgement), "verdicts": verdicts})


def identity(unit_code: str, period: str, facts: Mapping[str, object], nth: int | None = None) -> str:
    """Hash of unit, period and the ten columns without 序号, normalised; with `nth`, of that occurrence.

    √ and 是, full-width and half-width, blanks and line breaks make no difference; other words do.
    """
    columns = [_same(key, facts) for key in OFFICIAL_KEYS if key != "seq"]
    return digest([unit_code, period, *columns] if nth is None else [unit_code, period, *columns, nth])


def _same(key: str, facts: Mapping[str, object]) -> str:
    if key not in ANSWERS:
        return normalise(str(facts.get(key) or ""))
    return f"{facts.get(key)}:{_words(facts.get(f'{key}_text') or '')}"


@lru_cache(maxsize=4096)
def _words(text: str) -> str:
    """The words of an answer that say more than the answer."""
    answer = parse_answer(text)
    return "" if answer.certain and not answer.note else normalise(text)


@dataclass
class _Judge:
    sheet: ReadSheet
    refs: Refs
    period_given: str | None
    may_file_for: Collection[str]
    own: str
    seen: dict[str, int]

    def judgement(self) -> Judgement:
        sheet = self.sheet
        self.head: list[Verdict] = []
        self.stop = ""  # why no row of this table can be accepted
        self.given = parse_period(self.period_given) if self.period_given else None
        if not sheet.found:
            self.unit, self.period, self.day = "", None, None
            self.head += map(self._of_problem, sheet.problems)
            return self._result([])
        self.unit = self._judge_unit()
        self.local = self.refs.for_unit(self._short(self.unit))
        self.period, self.day = self._judge_day()
        self.head += map(self._of_problem, sheet.problems)
        missing = [BY_KEY[key].label for key in sheet.missing if BY_KEY[key].required]
        if missing and not self.stop:
            self.stop = f"表头缺少“{'、'.join(missing)}”列"
        rows, numbers = [], {}
        for row in sheet.rows:
            rows.append(self._judge_row(row, numbers))
        self.head += self._compare_totals(rows)
        return self._result(rows)

    def _result(self, rows: list[JudgedRow]) -> Judgement:
        verdicts = [*self.head, *(verdict for row in rows for verdict in row.verdicts)]
        verdicts.sort(key=lambda verdict: (verdict.row, verdict.col))
        return Judgement(
            self.sheet.title,
            self.unit,
            self.period.key if self.period else "",
            self.day,
            tuple(rows),
            tuple(verdicts),
            self.sheet.signatures,
        )

    # ------------------------------------------------------------ the head

    def _short(self, name: str) -> str:
        """青石镇人民政府 → 青石镇; "" for a unit that is neither township nor village."""
        return self.refs.unit_named(name)

    def _is_same(self, one: str, other: str) -> bool:
        return bool(one) and normalise(self._short(one) or one) == normalise(self._short(other) or other)

    def _may(self, unit: str) -> bool:
        return any(self._is_same(unit, name) for name in (self.own, *self.may_file_for))

    def _judge_unit(self) -> str:
        sheet, at = self.sheet, self.sheet.unit_at
        name = sheet.unit_name
        if not name:
            named = self._short(sheet.title)
            name = named or self.own
            reason = (
                "填报单位未填写，按" + (f"工作表名称“{sheet.title}”" if named else "上传单位") + f"记入{name}"
            )
            self._say(at if at[0] else (sheet.header_row, 1), "unit", NOTED, reason, "请填写填报单位")
        shown = self._short(name) or name
        if not self._may(name):
            self.stop = f"本表填报单位为{shown}，不是{self._short(self.own) or self.own}"
            mend = f"请由{shown}上传，或取得为{shown}代填的权限"
            self._say(
                at if at[0] else (sheet.header_row, 1), "unit", REFUSED, f"{self.stop}，您不能为其填报", mend
            )
        return shown

    def _judge_day(self) -> tuple[Period | None, date | None]:
        """The period of the table and the day its rows bear."""
        sheet, at = self.sheet, self.sheet.filled_at
        where = at if at[0] else (sheet.header_row, 1)
        day = sheet.filled_on
        if day and self.refs.today and day > self.refs.today:
            day, problem = None, f"填写时间{day.isoformat()}在今天之后"
        else:
            problem = sheet.filled_problem or ("" if day else "没有找到填写时间")
        if not self.given:
            if day:
                return period_of(day, "month" if self._short(self.unit) else "quarter"), day
            meant = sheet.filled_suggestion
            mend = (
                f"请改为实际填写日期（是否为{meant.year}年{meant.month}月{meant.day}日？）"
                if meant
                else "请填写如 2022年9月30日"
            )
            self._say(where, "filled_on", REFUSED, problem, f"{mend}，或在导入时指定期间")
            self.stop = self.stop or "填写时间无法使用，本行没有日期"
            return None, None
        if day and self.given.first <= day <= self.given.last:
            return self.given, day
        last = min(self.given.last, self.refs.today) if self.refs.today else self.given.last
        if day:
            problem = f"填写时间{day.isoformat()}不在所指定的期间{self.given.label}内"
        reason = f"{problem}；按指定期间{self.given.label}导入，日期记为{last.isoformat()}"
        self._say(where, "filled_on", NOTED, reason, "请核对填写时间")
        return self.given, max(last, self.given.first)

    def _say(self, at: tuple[int, int], column: str, verdict: str, reason: str, mend: str = "") -> None:
        self.head.append(self._verdict(*at, column, verdict, reason, mend))

    def _verdict(
        self, row: int, col: int, column: str, verdict: str, reason: str = "", mend: str = ""
    ) -> Verdict:
        return Verdict(self.sheet.title, row, col, f"{_letters(col)}{row}", column, verdict, reason, mend)

    def _of_problem(self, problem) -> Verdict:
        verdict = {"error": REFUSED, "note": NOTED, "skipped": SKIPPED}[problem.level]
        return self._verdict(problem.row, problem.col, problem.column, verdict, problem.message, problem.mend)

    # ------------------------------------------------------------ the rows

    def _judge_row(self, row: ReadRow, numbers: dict[int, int]) -> JudgedRow:
        texts, said, failed = self._read_cells(row)
        unit, local = self.unit, self.local
        parsed = parse_row(texts, local)
        other = self._other_unit(parsed.facts, local)
        if other and self._may(other):
            unit, local = other, self.refs.for_unit(other)
            parsed = parse_row(texts, local)
            said.append(self._cell(row, "location", NOTED, f"该位置属于{other}，记入{other}的台账"))
        ignored = failed | {key for key in self.sheet.missing if BY_KEY[key].required}
        said += [self._of_row(row, problem) for problem in parsed.problems if problem.column not in ignored]
        said += self._note_seq(row, parsed.facts.get("seq"), numbers)
        if row.hidden:
            said.append(self._line(row, NOTED, "该行在表中被隐藏，已照常读入"))
        if self.stop:
            said.append(self._line(row, REFUSED, f"{self.stop}{HELD}"))
        facts = {**parsed.facts, **self._dated(parsed.facts)}
        return self._judged(row, unit, local, texts, facts, said)

    def _judged(self, row, unit: str, local: Refs, texts, facts, said: list[Verdict]) -> JudgedRow:
        refused = any(verdict.verdict == REFUSED for verdict in said)
        mark, nth = "", 0
        if not refused:
            mark = identity(_code(unit, local), self.period.key, facts)
            nth = self.seen[mark] = self.seen.get(mark, 0) + 1
            if nth > 1:
                said.append(self._line(row, NOTED, f"{TWIN}，作为第{nth}条读入"))
        verdict = REFUSED if refused else NOTED if said else ACCEPTED
        said = said or [self._line(row, ACCEPTED, "")]
        verdicts = tuple(sorted(said, key=lambda said_of: said_of.col))
        place = (self.sheet.title, row.number, unit)
        return JudgedRow(*place, verdict, texts, facts, verdicts, mark, nth, row.key, row.others)

    def _dated(self, facts: Mapping[str, object]) -> dict[str, object]:
        dated = {"period": self.period.key if self.period else ""}
        if not facts.get("patrolled_on"):
            dated |= {"patrolled_on": self.day, "precision": "sheet"}
        return dated

    def _read_cells(self, row: ReadRow) -> tuple[dict[str, str], list[Verdict], set[str]]:
        """Texts by column key, what is to be said of the cells themselves, and which cannot be used."""
        texts, said, failed = {}, [], set()
        for key, cell in row.cells.items():
            texts[key], problem = _cell_text(cell)
            if problem and key == "seq":
                said.append(self._cell(row, key, NOTED, f"{problem[0]}，序号未采用（序号不作为识别依据）"))
                texts[key] = ""
            elif problem:
                said.append(self._cell(row, key, REFUSED, *problem))
                failed.add(key)
            elif cell.kind == "formula":
                said.append(self._cell(row, key, NOTED, "单元格是公式，取表格上次计算的结果", "请改为文字"))
            elif cell.merged_from:
                said.append(self._cell(row, key, NOTED, f"合并单元格，取{cell.merged_from}的内容"))
            if cell.comment and OURS not in cell.comment and not cell.merged_from:
                said.append(self._cell(row, key, NOTED, f"单元格有批注：{fold(cell.comment)[:80]}"))
        return texts, said, failed

    def _other_unit(self, facts: Mapping[str, object], local: Refs) -> str:
        location = facts.get("location")
        return foreign_unit(*local.where(location), local) if location else ""

    def _note_seq(self, row: ReadRow, seq: object, numbers: dict[int, int]) -> Iterator[Verdict]:
        if seq is None:
            return
        if seq in numbers:
            reason = f"序号{seq}与第{numbers[seq]}行重复（序号不作为识别依据）"
            yield self._cell(row, "seq", NOTED, reason)
        numbers.setdefault(seq, row.number)

    def _of_row(self, row: ReadRow, problem: Problem) -> Verdict:
        verdict = REFUSED if problem.level == "error" else NOTED
        column = problem.column
        if column not in self.sheet.columns:
            column = "location"  # a point stands in the place where it has no column of its own
        return self._cell(row, column, verdict, problem.message, problem.mend)

    def _cell(self, row: ReadRow, column: str, verdict: str, reason: str, mend: str = "") -> Verdict:
        return self._verdict(row.number, self.sheet.columns.get(column, 1), column, verdict, reason, mend)

    def _line(self, row: ReadRow, verdict: str, reason: str) -> Verdict:
        return self._verdict(row.number, min(self.sheet.columns.values()), "", verdict, reason)

    def _compare_totals(self, rows: list[JudgedRow]) -> Iterator[Verdict]:
        """A 合计 row that counts otherwise than the rows above it; the rows are what counts."""
        for total in self.sheet.totals:
            if normalise(total.text("seq") or total.text("location")).startswith("小计"):
                continue
            for key in ("illegal", "beyond", "irregular"):
                written = total.text(key)
                counted = sum(row.facts.get(key) == "yes" for row in rows if row.number < total.number)
                if written.isascii() and written.isdigit() and int(written) != counted:
                    yield self._cell(total, key, NOTED, f"合计写为{written}，按明细为{counted}，以明细为准")


def _cell_text(cell: Cell) -> tuple[str, tuple[str, str] | None]:
    """The text of a cell, or why it cannot be taken."""
    if cell.kind == "formula":
        if cell.cached is None:
            return cell.text, ("单元格是公式，没有计算结果", "请复制后“选择性粘贴—数值”，改为文字")
        text = as_text(cell.cached)
        if text.startswith("#"):
            return text, (f"公式出错（{text}）", "请改为文字")
        return text, None
    if cell.kind == "error":
        return cell.text, (f"单元格显示错误（{cell.text}）", "请改为文字")
    if cell.lossy:
        return cell.text, (f"长数字{cell.text}在表格中已失真", "请把单元格设为文本格式，重新填写完整号码")
    return cell.text, None


def _code(unit: str, refs: Refs) -> str:
    """The code of a township or village; another unit goes by its name."""
    homes = refs.villages_by_name.get(unit, ())
    return refs.townships.get(unit) or (homes[0].code if homes else unit)


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def all_verdicts(judgements: Iterable[Judgement]) -> list[Verdict]:
    return [verdict for judgement in judgements for verdict in judgement.verdicts]
