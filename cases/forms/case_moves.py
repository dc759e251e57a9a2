"""One form for every move of a case, built from what the move asks and needs; shape only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from agencies.forms import Form, PersonField
from agencies.models import Member
from cases.actions.cases.guards import ENDINGS
from cases.actions.cases.officers import Named
from cases.forms.cases import paper
from cases.models import Case
from cases.states import Outcome
from duties.forms.filings import MomentField
from duties.forms.meetings import area, by_pk

if TYPE_CHECKING:
    from agencies.models import Agency
    from cases.case_states import CaseMove

OFFICERS = 4
#: What the text of a move is called where 说明 would say too little.
TEXTS = {
    "request_filing": "立案理由",
    "return_filing": "需要补充核查的内容",
    "refuse_filing": "不予立案的理由和依据",
    "conclude": "调查结论和处理建议",
    "return_case": "需要补充调查的内容",
    "review": "审理（法制审核）意见",
    "hold_hearing": "听证情况",
    "discuss": "集体讨论意见",
    "propose": "处罚建议",
    "propose_end": "理由和依据",
    "return_proposal": "需要修改的内容",
    "publish": "公开的网站、期刊和方式",
    "not_publish": "不公开的理由",
    "perform": "履行情况",
    "unpublish": "撤回的网站、期刊和公开说明的理由",
    "annul": "撤销的理由和依据",
    "redo": "撤销、重新作出的理由和依据",
    "request_closing": "执行和办理情况",
    "return_closing": "退回理由",
    "revoke": "撤销的理由和依据",
    "supervise": "督办要求",
    "unsupervise": "解除理由",
    "promote": "提级办理的理由",
    "designate": "指定管辖的理由",
    "refuse_crime": "不予立案的理由",
    "conclude_crime": "侦办（调查）结果",
    "resume_crime": "需要补充的内容",
    "close_crime": "办结情况",
    "revoke_crime": "撤销的理由",
}
FILES = {
    "notify": "告知书和送达回证",
    "notify_hearing": "告知书、听证告知书和送达回证",
    "waive": "当事人书面放弃声明",
    "hold_hearing": "听证笔录",
    "discuss": "集体讨论笔录",
    "serve": "送达回证",
    "urge": "催告书和送达回证",
    "unpublish": "撤回和公开说明的截图",
    "annul": "撤销决定书",
    "redo": "撤销决定书",
    "apply_court": "强制执行申请书",
    "promote": "提级办理文书",
    "designate": "指定管辖文书",
}


class MoveForm(Form):
    """A move: `reason` always, the rest as the move asks."""

    happened_at = MomentField(
        label="办理时间", required=False, help_text="补登以前办理的才填；不填的，按现在的时间。"
    )
    reason = area("说明", 4, max_length=4000)

    def __init__(
        self,
        *args: Any,
        case: Case,
        move: CaseMove,
        units: Sequence[Agency] = (),
        people: Sequence[Member] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.move, self.units = move, {str(unit.pk): unit for unit in units}
        text = self.fields["reason"]
        text.label = TEXTS.get(move.name, "说明")
        text.required = move.needs_reason
        text.error_messages["required"] = f"请填写{text.label}。"
        makers = {
            "outcome": lambda: _outcome(case),
            "hearing_at": lambda: MomentField(label="听证时间"),
            "level": _level,
            "unit": lambda: forms.ChoiceField(label="接办单位", choices=[("", "请选择"), *by_pk(units)]),
            "number": lambda: _number(move),
            "file": lambda: paper(FILES.get(move.name, "文书扫描件")),
        }
        for name in move.asks:
            if name in makers:
                field = makers[name]()
                field.required = name in move.needs
                verb = {"file": "上传", "number": "填写", "hearing_at": "填写"}.get(name, "选择")
                field.error_messages["required"] = f"请{verb}{field.label}。"
                self.fields["upload" if name == "file" else name] = field
        if "officers" in move.asks:
            _add_officers(self, case, people)
        first = [f"{kind}{n}" for n in range(OFFICERS) for kind in ("officer", "certificate")]
        self.order_fields([*first, "outcome", "level", "unit", "hearing_at", "number", "reason", "upload"])

    def facts(self) -> dict[str, Any]:
        """What `cases.take` is asked besides the move."""
        data = self.cleaned_data
        found: dict[str, Any] = {"text": data["reason"], "happened_at": data["happened_at"]}
        for name in ("number", "outcome", "hearing_at", "level"):
            if name in self.fields:
                found[name] = data[name]
        if "unit" in self.fields:
            found["unit"] = self.units.get(data["unit"])
        if data.get("upload"):
            found["upload"] = (data["upload"].name, data["upload"])
        if "officers" in self.move.asks:
            rows = [(data.get(f"officer{n}"), data.get(f"certificate{n}", "")) for n in range(OFFICERS)]
            found["officers"] = [Named(member, certificate) for member, certificate in rows if member]
        return found


def _outcome(case: Case) -> forms.Field:
    crime = (Outcome.CRIMINAL, Outcome.TRANSFERRED, Outcome.TERMINATED, Outcome.UNFOUNDED)
    rows = crime if case.track == Case.Track.CRIMINAL else ENDINGS
    return forms.ChoiceField(
        label="处理结果", choices=[(row.value, row.label) for row in rows], widget=forms.RadioSelect
    )


def _level() -> forms.Field:
    rows = [row for row in Case.Supervision.choices if row[0]]
    return forms.ChoiceField(label="督办级别", choices=rows, widget=forms.RadioSelect)


def _number(move: CaseMove) -> forms.Field:
    hint = "不填的，按本单位的编号格式自动编号。" if move.paper else ""
    return forms.CharField(label="文号", max_length=80, strip=True, help_text=hint)


def _add_officers(form: MoveForm, case: Case, people: Sequence[Member]) -> None:
    """Up to four people with their certificates; the first leads the case."""
    now_on = list(case.officers.filter(released_at__isnull=True).order_by("-chief", "pk"))
    queryset = Member.objects.filter(pk__in=[one.pk for one in people]).order_by("pk")
    for n in range(OFFICERS):
        row = now_on[n] if n < len(now_on) else None
        label = "主办人员" if n == 0 else f"办案人员{n + 1}"
        form.fields[f"officer{n}"] = PersonField(
            queryset,
            label=label,
            required=n < 2,
            empty_label="请选择",
            initial=row.member_id if row else None,
        )
        form.fields[f"officer{n}"].error_messages["required"] = f"请选择{label}，办案人员不少于两人。"
        form.fields[f"certificate{n}"] = forms.CharField(
            label=f"{label}执法证号",
            max_length=40,
            required=False,
            initial=row.certificate if row else "",
        )
