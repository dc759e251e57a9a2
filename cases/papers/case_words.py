"""What the papers of a case say, in words and without any layout; what is not recorded stays blank.

Periods are the law's rows of the day (duties.clocks); organs, courts and accounts that nobody recorded are
left to be filled in by hand.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases import remedies
from cases.case_history import last
from cases.case_moments import in_force, of_land
from cases.discretion import hearing_required, outcome_words
from cases.line_words import amount
from cases.models import Case, CaseStep, Disposal, Penalty
from cases.papers.words import BLANK_DAY, day_of, lines
from cases.referral_parties import named
from cases.states import Outcome
from duties import clocks
from duties.words import day_words
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from collections.abc import Iterable

BLANK = "＿＿＿＿＿＿＿＿"
LAW = "《中华人民共和国行政处罚法》"
NOT_PENALISED = (Outcome.SLIGHT, Outcome.FIRST_SLIGHT)
Part = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Letter:
    """A paper to the parties: (heading, paragraphs) in their order, signed by the unit on `day`."""

    title: str
    number: str
    to: str
    opening: tuple[str, ...]
    parts: tuple[Part, ...]
    closing: tuple[str, ...]
    sender: str
    day: str


@dataclass(frozen=True)
class Sheet:
    """A form of two columns: (label, text); a text may have several lines."""

    title: str
    number: str
    rows: tuple[tuple[str, str], ...]


# what the case has ------------------------------------------------------------------------------------


def step_of(case: Case, *moves: str) -> CaseStep | None:
    """The last step of `moves` that belongs to the present decision (or the one being prepared)."""
    rows = case.steps.select_related("by")
    anew = rows.filter(move="redo").order_by("-id").first()
    return rows.filter(move__in=moves, pk__gt=anew.pk if anew else 0).order_by("-id").first()


def number_of(step: CaseStep | None) -> str:
    """文号 of a step, else a blank."""
    return step.number if step and step.number else BLANK


def date_of(day: dt.date | None) -> str:
    """2026年9月30日, or a blank to be filled in by hand."""
    return day_words(day) if day else BLANK_DAY


def span(code: str, step: CaseStep | None) -> str:
    """5个工作日: a period of the law as it stands on the day of the step (today before it)."""
    at = step.happened_at if step else now()
    row = clocks.clock_of(in_force(code, at), at)
    return f"{row.amount}{row.get_unit_display()}"


def names(case: Case) -> str:
    """The parties, 、 between them."""
    return "、".join(row.name for row in case.parties.all()) or BLANK


def acts(case: Case) -> tuple[str, ...]:
    """Each violation with its days and the article it falls under."""
    found = []
    for row in case.violations.select_related("offence", "party"):
        until = f"至{day_words(row.acted_to)}" if row.acted_to else "起，仍在继续"
        who = f"{row.party.name}：" if row.party else ""
        law = f"{row.offence.law}{row.offence.article}"
        found.append(f"{who}{row.offence.name}，{day_words(row.acted_from)}{until}（{law}）。")
    return tuple(found) or (BLANK,)


def own_penalties(case: Case) -> list[Penalty]:
    """What the unit imposes (追责 is other organs')."""
    return list(case.penalties.exclude(kind=Penalty.Kind.HELD).select_related("party"))


def penalty_words(row: Penalty) -> str:
    """罚款100000元（对某公司，依据…）."""
    sums = [f"{amount(row.fine)}元"] if row.fine is not None else []
    sums += [f"{amount(row.quantity)}吨"] if row.quantity is not None else []
    who = f"对{row.party.name}，" if row.party else ""
    return f"{row.get_kind_display()}{'、'.join(sums)}（{who}依据{row.basis}）"


def numbered(texts: Iterable[str]) -> tuple[str, ...]:
    """1.… 2.…, a blank where there is nothing."""
    return tuple(f"{n}.{text}。" for n, text in enumerate(texts, start=1)) or (BLANK,)


def contact(case: Case) -> str:
    """联系人 and telephone: the 主办 of the case."""
    row = case.officers.filter(released_at__isnull=True, chief=True).select_related("member").first()
    name, phone = (row.member.name, row.member.phone) if row else ("", "")
    return f"联系人：{name or BLANK}，电话：{phone or BLANK}。"


def opinion(step: CaseStep | None, said: str = "") -> str:
    """What was written, by whom, when; a place to sign where nobody did."""
    if step is None:
        return f"\n\n签名：{BLANK}\n{BLANK_DAY}"
    text = "\n".join(part for part in (said or step.label, step.text) if part)
    return f"{text}\n签名：{step.by.name}\n{day_of(step.happened_at)}"


def _facts(case: Case) -> tuple[str, ...]:
    return (*(lines(case.facts) or (BLANK,)), *acts(case))


def _parties(case: Case) -> tuple[str, ...]:
    return tuple(row.words for row in named(case)) or (BLANK,)


# the papers -------------------------------------------------------------------------------------------


def filing(case: Case) -> Sheet:
    """立案审批表 (行政处罚法第五十四条)."""
    asked, decided = last(case, "request_filing"), last(case, "approve_filing", "refuse_filing")
    if decided and asked and decided.pk < asked.pk:  # reported again after a refusal
        decided = None
    place = "".join(part for part in (case.division.name, case.location) if part)
    rows = (
        ("案由", case.title),
        ("案件来源", case.get_origin_display()),
        ("发现日期", date_of(case.found_on)),
        ("案发地点", place),
        ("当事人", "\n".join(_parties(case))),
        ("基本案情", "\n".join(lines(case.facts)) or BLANK),
        ("涉嫌违法情形和依据", "\n".join(acts(case))),
        ("立案依据", f"{LAW}第五十四条"),
        ("承办人意见", opinion(asked)),
        ("审批意见", opinion(decided)),
    )
    return Sheet("立案审批表", case.number or BLANK, rows)


def notice(case: Case) -> Letter:
    """行政处罚（听证）告知书 (行政处罚法第四十四条、第六十三条)."""
    told = step_of(case, "notify", "notify_hearing")
    hearing = told.move == "notify_hearing" if told else bool(hearing_required(case))
    rights = [
        f"依据{LAW}第四十四条、第四十五条，你（单位）有权陈述和申辩，应当自收到本告知书之日起"
        f"{span('C9', told)}内向本机关提出；逾期不提出的，视为放弃。"
    ]
    if hearing:
        rights.append(
            f"依据{LAW}第六十三条、第六十四条，你（单位）有权要求听证，应当自收到本告知书之日起"
            f"{span('C10', told)}内向本机关提出；逾期不提出的，视为放弃。"
        )
    return Letter(
        title="行政处罚听证告知书" if hearing else "行政处罚告知书",
        number=number_of(told),
        to=names(case),
        opening=(f"本机关对你（单位）“{case.title}”一案的调查已经终结，现将有关事项告知如下。",),
        parts=(
            ("违法事实和依据", _facts(case)),
            ("拟作出的行政处罚", numbered(penalty_words(row) for row in own_penalties(case))),
            ("你（单位）的权利", tuple(rights)),
        ),
        closing=(contact(case),),
        sender=case.holder.name,
        day=day_of(told.happened_at if told else None),
    )


def decision(case: Case) -> Letter:
    """行政处罚决定书 with what 行政处罚法第五十九条 asks; 不予行政处罚决定书 where nothing is imposed."""
    made = step_of(case, "decide")
    spared = case.outcome in NOT_PENALISED
    parts = [("当事人", _parties(case)), ("违法事实和证据", (*_facts(case), f"证据：{BLANK}"))]
    parts.append(("告知和陈述、申辩情况", _heard(case)))
    if spared:
        parts.append(("决定", (f"{outcome_words(case)}。理由和依据：{BLANK}",)))
    else:
        imposed = numbered(penalty_words(row) for row in own_penalties(case))
        parts.append(("处罚的种类和依据", imposed))
        parts.append(("履行方式和期限", _performing(case, made)))
    parts.append(("救济途径和期限", _seeking(case, made)))
    return Letter(
        title="不予行政处罚决定书" if spared else "行政处罚决定书",
        number=number_of(made),
        to=names(case),
        opening=(f"你（单位）“{case.title}”一案，本机关于{date_of(case.filed_on)}立案，现已调查终结。",),
        parts=tuple(parts),
        closing=(),
        sender=case.holder.name,
        day=day_of(made.happened_at if made else None),
    )


def _heard(case: Case) -> tuple[str, ...]:
    told, waived = step_of(case, "notify", "notify_hearing"), step_of(case, "waive")
    held = step_of(case, "hold_hearing")
    said = [f"本机关于{day_of(told.happened_at if told else None)}送达告知书（{number_of(told)}）。"]
    if waived:
        said.append(f"你（单位）于{day_of(waived.happened_at)}书面放弃陈述、申辩和听证。")
    if held:
        said.append(f"本机关于{day_of(case.hearing_at)}举行听证。")
    if not waived:
        said.append(f"陈述、申辩意见和复核情况：{BLANK}")
    return tuple(said)


def _performing(case: Case, made: CaseStep | None) -> tuple[str, ...]:
    period, said = span("C14", made), []
    kinds = {row.kind for row in own_penalties(case)}
    if Penalty.Kind.FINE in kinds:
        said.append(
            f"自收到本决定书之日起{period}内将罚款缴至{BLANK}。逾期不缴纳的，依据{LAW}第七十二条，每日按罚款"
            "数额的百分之三加处罚款，加处罚款的数额不超出罚款的数额。"
        )
    if kinds - {Penalty.Kind.FINE}:
        said.append(f"其他处罚的履行方式和期限：{BLANK}")
    return tuple(said)


def _seeking(case: Case, made: CaseStep | None) -> tuple[str, ...]:
    suing = span("C15s" if of_land(case) else "C15m", made)
    return (
        f"不服本决定的，可以自收到本决定书之日起{span('C15', made)}内向{BLANK}申请行政复议，"
        f"也可以自收到本决定书之日起{suing}内依法向{BLANK}人民法院提起行政诉讼。",
        f"复议、诉讼期间，除法律另有规定外，本决定不停止执行（{LAW}第七十三条）。",
    )


def receipt(case: Case) -> Sheet:
    """送达回证 of the paper that was last served or is to be."""
    name, step = _served_paper(case)
    served = step
    if step is not None and step.move == "decide":
        served = step_of(case, "serve")
        served = served if served and served.pk > step.pk else None
    rows = (
        ("案由", case.title),
        ("受送达人", names(case)),
        ("送达文书", f"{name}（{number_of(step)}）"),
        ("送达地点", BLANK),
        ("送达方式", BLANK),
        ("送达时间", day_of(served.happened_at if served else None)),
        ("受送达人签名（盖章）", f"\n{BLANK}\n{BLANK_DAY}"),
        ("代收人签名、与受送达人的关系", f"\n{BLANK}"),
        ("见证人签名", f"\n{BLANK}"),
        ("送达人签名", f"\n{BLANK}　{BLANK}"),
        ("备注", "\n"),
    )
    return Sheet("送达回证", case.holder.name, rows)


def _served_paper(case: Case) -> tuple[str, CaseStep | None]:
    """(its name, the step that made it): the latest of 催告书, 决定书, 告知书."""
    step = step_of(case, "urge", "decide", "notify", "notify_hearing")
    if step is None:
        return BLANK, None
    if step.move == "urge":
        return "催告书", step
    return (decision(case).title if step.move == "decide" else notice(case).title), step


def urging(case: Case) -> Letter:
    """催告书 (行政强制法第五十四条)."""
    made, urged = step_of(case, "decide"), step_of(case, "urge")
    left = numbered(_left(row) for row in own_penalties(case) if _left(row))
    return Letter(
        title="催告书",
        number=number_of(urged),
        to=names(case),
        opening=(
            f"本机关于{date_of(case.decided_on)}作出行政处罚决定（{number_of(made)}），于{date_of(case.served_on)}"
            "送达你（单位）。你（单位）在规定的期限内没有履行下列义务。",
        ),
        parts=(
            ("应当履行的义务", left),
            (
                "履行期限和方式",
                (
                    "依据《中华人民共和国行政强制法》第五十四条，请自收到本催告书之日起"
                    f"{span('C16', urged)}内履行，罚款和加处罚款缴至{BLANK}。仍不履行的，本机关将依法申请"
                    "人民法院强制执行。",
                ),
            ),
            ("你（单位）的权利", ("收到本催告书后，你（单位）有权进行陈述和申辩。",)),
        ),
        closing=(contact(case),),
        sender=case.holder.name,
        day=day_of(urged.happened_at if urged else None),
    )


def _left(row: Penalty) -> str:
    """What of a penalty is still to be done, "" when nothing is."""
    if row.kind == Penalty.Kind.FINE:
        unpaid = (row.fine or 0) - row.paid
        if unpaid <= 0:
            return ""
        more = "和自缴款期限届满之次日起每日百分之三的加处罚款（不超出罚款的数额）"
        return f"缴纳罚款{amount(unpaid)}元{more}"
    return "" if row.done_on else penalty_words(row)


def closing(case: Case) -> Sheet:
    """结案审批表."""
    made = step_of(case, "decide")
    asked, approved = step_of(case, "request_closing"), step_of(case, "approve_closing")
    rows = (
        ("案由", case.title),
        ("案件编号", case.number or BLANK),
        ("当事人", "\n".join(_parties(case))),
        ("立案日期", date_of(case.filed_on)),
        ("处理决定", f"{number_of(made)}，{date_of(case.decided_on)}，送达日期：{date_of(case.served_on)}"),
        ("处罚内容", "\n".join(numbered(penalty_words(row) for row in own_penalties(case)))),
        ("执行情况", "\n".join(_carried(case)) or BLANK),
        ("复议、诉讼", "\n".join(_remedies(case)) or "没有登记"),
        ("处理结果", outcome_words(case) or BLANK),
        ("承办人意见", opinion(asked)),
        ("审批意见", opinion(approved)),
    )
    return Sheet("结案审批表", case.number or BLANK, rows)


def _carried(case: Case) -> list[str]:
    found = []
    for row in own_penalties(case):
        words = [f"已缴{amount(row.paid)}元"] if row.kind == Penalty.Kind.FINE else []
        words += [f"{day_words(row.done_on)}执行完毕"] if row.done_on else []
        words += [row.done] if row.done else []
        if words:
            found.append(f"{row.get_kind_display()}：{'，'.join(words)}")
    for one in Disposal.objects.filter(penalty__case=case).select_related("penalty"):
        money = f"，上缴国库{amount(one.amount)}元（{one.receipt}）" if one.amount is not None else ""
        head = f"{one.penalty.get_kind_display()}处置：{day_words(one.disposed_on)}{one.get_way_display()}"
        found.append(f"{head}{'，' if one.receiver else ''}{one.receiver}{money}")
    return found


def _remedies(case: Case) -> list[str]:
    found = []
    for row in remedies.against(case):
        result = f"{row.get_result_display()}（{row.result_number or BLANK}）" if row.ended_on else "没有结果"
        found.append(f"{row.get_kind_display()}：{row.organ}，{day_words(row.filed_on)}提起，{result}")
    return found
