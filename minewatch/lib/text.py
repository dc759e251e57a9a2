"""What people type: folded, compared, read as an answer or a day. Nothing here guesses silently."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from pypinyin import Style, lazy_pinyin

from minewatch.lib.clock import local_date
from minewatch.lib.workdays import clamp

# ---------------------------------------------------------------- folding

KEPT = "！，：；？（）"  # Chinese punctuation with a full-width code point; it stays as typed
HALVES = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F) if chr(full) not in KEPT}
DROPPED = {"Cc", "Cf", "Cs"}  # controls and NUL, zero-width and direction marks, lone surrogates


def fold(text: str, *, keep_lines: bool = False) -> str:
    """Text as it should be stored: full-width ASCII made half-width, invisible characters removed, blanks
    collapsed and trimmed. Chinese punctuation (，：；？！（） and 。、“”) stays; keep_lines keeps newlines.
    """
    if keep_lines:
        lines = re.split(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]", text)
        return "\n".join(fold(line) for line in lines).strip("\n")
    plain = text.translate(HALVES)
    if not plain.isprintable():  # the common text has no blanks but spaces and nothing to drop
        plain = "".join(filter(_is_visible, re.sub(r"\s+", " ", plain)))
    return re.sub(" +", " ", plain).strip() if " " in plain else plain


def normalise(text: str) -> str:
    """Text for telling whether two names are the same: NFKC, no blanks, case folded, （） equal to ()."""
    plain = "".join(unicodedata.normalize("NFKC", fold(text)).split())
    return unicodedata.normalize("NFKC", plain.casefold())


def initials(text: str) -> str:
    """Pinyin initials for search, "偏关县" → "pgx"; letters and digits stay, the rest is dropped."""
    parts = lazy_pinyin(fold(text), style=Style.FIRST_LETTER)
    return "".join(c for part in parts for c in part.lower() if c.isascii() and c.isalnum())


def _is_visible(char: str) -> bool:
    return unicodedata.category(char) not in DROPPED


# ---------------------------------------------------------------- answers

Value = Literal["yes", "no", "unclear"]


@dataclass(frozen=True)
class Answer:
    """How a yes/no cell was read.

    value    "yes", "no", "unclear", or None where it is blank or not understood
    text     the folded text
    note     Chinese remark: what stood beside the answer, or why it is not a plain one; "" if none
    certain  False where a person should look: blank, dash, expired, digits, a word run into other text
    """

    value: Value | None
    text: str
    note: str = ""
    certain: bool = True


def _all(value: Value, words: str) -> dict[str, Value]:
    return dict.fromkeys(words.split(), value)


PLAIN = {
    **_all("yes", "是 有 对 √ ✓ ✔ ☑ y yes 是的 存在 属实 有证 持证 持有 已办 已办理 已发现"),
    **_all("no", "否 无 没 未 × ✕ ✖ ✗ ✘ ╳ x n no 不是 没有 不存在 未发现 未见 无证 未办 未办理"),
    **_all("unclear", "不清 不清楚 不详 不明 不确定 未知 不知道 待核实 待核查 待查 待定 核实中 ? ？"),
}
DASHES = frozenset(["-", "--", "—", "——", "–", "―", "─", "/", "//", "\\", ".", "、", "*"])
GUESSED: dict[str, Value] = {"1": "yes", "0": "no"}
DOUBT = re.compile("疑似|疑|待核|待查|不清|不详|不明|核实中")
LAPSED = re.compile("(?<![未没不])(?:过期|失效|注销|吊销)|已到期")
VERBS = ("未发现", "不存在", "没有", "未见", "存在")  # clear even when more words follow at once
LEADS = (*VERBS, "不是", "有证", "无证", "是", "否", "有", "无")
UNANSWERED = re.compile("(是[/／、或]否|有[/／、或]无)")
WORDS_NOT_ANSWERS = re.compile("有限|有色|有机|无烟|无锡|无棣|无为|有无|是否|是非|否则|有待|无法")
STRIPPED = "()（），,。;；:：、-—"
CHOICE_BEFORE = re.compile("[☑☒√✓✔■]([是否有无])")
CHOICE_AFTER = re.compile("([是否有无])[☑☒√✓✔■]")


def parse_answer(text: str | None) -> Answer:
    """Read 是/否, 有/无, √/×, Y/N, 疑似, 待核实, 过期, "有（C140…）" and the like; never raises.

    A dash means the cell was passed over: unclear, not certain. 过期 is neither 有 nor 无: unclear, not
    certain, with a note. Unknown words give value None and a note that says how to answer.
    """
    folded = fold(text or "")
    bare = re.sub(r"\s", "", folded)
    word = bare.casefold().rstrip("。.;；,，") or bare
    if not folded:
        return Answer(None, "", "未填写", False)
    if word in PLAIN:
        return Answer(PLAIN[word], folded)
    if word in DASHES:
        return Answer("unclear", folded, f"填写为“{folded}”，按未填写处理", False)
    if word in GUESSED:
        return Answer(GUESSED[word], folded, f"填写为“{folded}”，按{_chinese(GUESSED[word])}理解", False)
    return _ticked(bare, folded) or _qualified(bare, folded) or _unknown(folded)


def _chinese(value: Value) -> str:
    return "“是”" if value == "yes" else "“否”"


def _ticked(bare: str, folded: str) -> Answer | None:
    """A printed choice with one box ticked: "☑是 □否" or "是□ 否☑"."""
    if "□" not in bare and "☐" not in bare:
        return None
    pattern = CHOICE_BEFORE if bare[0] in "□☐☑☒√✓✔■" else CHOICE_AFTER
    chosen = pattern.findall(bare)
    return Answer(PLAIN[chosen[0]], folded) if len(chosen) == 1 else _unknown(folded)


def _qualified(bare: str, folded: str) -> Answer | None:
    """An answer with words beside it: "有（C140…）", "无，已责令停产", "有（已过期）", "疑似"."""
    lead = _lead(bare)
    value, rest = PLAIN.get(lead), bare[len(lead) :]
    if value != "no" and LAPSED.search(rest):
        return Answer("unclear", folded, f"提到过期、失效或注销：{folded}", False)
    if value != "no" and DOUBT.search(rest):
        return Answer("unclear", folded, folded)
    if not lead:
        return None
    doubtful = lead not in VERBS and DOUBT.search(rest)
    return Answer(value, folded, rest.strip(STRIPPED), _set_apart(lead, rest) and not doubtful)


def _lead(bare: str) -> str:
    if WORDS_NOT_ANSWERS.match(bare) or UNANSWERED.match(bare):
        return ""
    return next((lead for lead in LEADS if bare.startswith(lead)), "")


def _set_apart(lead: str, rest: str) -> bool:
    """Whether the answer ends before the rest begins: 有（…）, 有1处, but not 有越层开采 or 无证开采."""
    return lead in VERBS or not rest[0].isalnum() or rest[0].isascii()


def _unknown(folded: str) -> Answer:
    return Answer(None, folded, f"无法识别“{folded[:20]}”，请填写是、否或不清", False)


# ---------------------------------------------------------------- days

EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_FIRST = 18_264  # 1950-01-01; below it a number is a year or a count put in the wrong cell
EXCEL_LAST = 2_958_465  # 9999-12-31; larger numbers are yyyymmdd
YEARS = range(1900, 2200)
HOW_DAY = "请写作 2022-09-23 或 2022年9月23日"
_CLOCK = r"(?:[01]?[0-9]|2[0-4])(?::[0-5][0-9]){1,2}(?:\.0+)?|(?:[01]?[0-9]|2[0-4])时(?:[0-5]?[0-9]分)?"
_TIME = rf"(?:(?:(?<=[日号])|[ T])(?:{_CLOCK}))?"
DAY_FORMS = (
    re.compile(rf"([0-9]{{4}})\s?年\s?([0-9]{{1,2}})\s?月\s?([0-9]{{1,2}})\s?[日号]?{_TIME}"),
    re.compile(rf"([0-9]{{4}})\s?([-./])\s?([0-9]{{1,2}})\s?\2\s?([0-9]{{1,2}}){_TIME}"),
    re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})"),
)


class BadDate(ValueError):
    """A day that cannot be read or does not exist; message in Chinese.

    `suggestion` is the day that was probably meant (9月31日 → 9月30日): offered, never applied.
    """

    def __init__(self, message: str, suggestion: date | None = None):
        super().__init__(message)
        self.suggestion = suggestion


def parse_day(value: str | int | float | date | datetime) -> date:
    """A calendar day from Chinese or ISO text, a date, a datetime (aware ones as Shanghai days), an Excel
    serial (1900 system) or a yyyymmdd number. A time of day behind it is allowed and ignored.

    Raises BadDate, with the suggestion for an impossible day such as 2022.9.31.
    """
    if isinstance(value, datetime):
        return value.date() if value.utcoffset() is None else local_date(value)
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadDate(f"无法识别日期“{value}”。{HOW_DAY}。")
    return _day_of_text(value) if isinstance(value, str) else _day_of_number(value)


def _day_of_number(number: int | float) -> date:
    if EXCEL_FIRST <= number < EXCEL_LAST + 1:
        return _plausible(EXCEL_EPOCH + timedelta(days=int(number)))
    if number == number and abs(number) < 1e8 and number == int(number):
        return _day_of_text(str(int(number)))
    raise BadDate(f"数字{number}不是日期。{HOW_DAY}。")


def _day_of_text(text: str) -> date:
    plain = fold(text).replace("。", ".")
    for form in DAY_FORMS:
        match = form.fullmatch(plain)
        if match:
            year, month, day = (int(part) for part in match.groups() if part.isdigit())
            return _existing(year, month, day)
    raise BadDate(f"无法识别日期“{plain[:30]}”，年月日须写全。{HOW_DAY}。")


def _existing(year: int, month: int, day: int) -> date:
    try:
        return _plausible(date(year, month, day))
    except BadDate:
        raise
    except ValueError:
        raise _impossible(year, month, day) from None


def _plausible(day: date) -> date:
    if day.year not in YEARS:
        raise BadDate(f"年份{day.year}不合理。{HOW_DAY}。")
    return day


def _impossible(year: int, month: int, day: int) -> BadDate:
    written = f"{year}年{month}月{day}日"
    if year not in YEARS or not 1 <= month <= 12 or not 29 <= day <= 31:
        return BadDate(f"{written}不存在。{HOW_DAY}。")
    last = clamp(year, month, -1)
    return BadDate(f"{written}不存在，是否应为{last.month}月{last.day}日？请核对后填写。", last)
