"""One form for every move of a referral, built from what the move asks and needs; shape only."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

from agencies.forms import Form, PersonField
from agencies.models import Member
from cases.edges import results
from cases.forms.referrals import ACCEPT, FILE_HELP
from cases.papers.goods import amount
from duties.forms.filings import MomentField
from duties.forms.meetings import DayField, area, by_pk
from minewatch.lib.clock import day_end

if TYPE_CHECKING:
    from agencies.models import Agency
    from cases.models import Goods, Referral
    from cases.states import ReferralMove

GOODS = "goods-"
#: What the text of a move is called where 说明 would say too little.
TEXTS = {
    "recall": "撤回原因",
    "refuse": "不批准的理由",
    "return": "退回理由",
    "forward": "转送理由",
    "pass_on": "移送的理由和依据",
    "notify_pass": "通知内容",
    "notify_pass_handed": "通知内容",
    "ask_supplement": "需要补正的材料",
    "supplement": "补正说明",
    "refuse_filing": "不予立案的理由和依据",
    "ask_reconsideration": "提请复议的理由",
    "uphold": "维持的理由和依据",
    "ask_supervision": "建议立案监督的理由",
    "explain": "不立案的理由",
    "close_supervision": "终结监督的理由",
    "dispute": "异议理由",
    "designate": "指定的理由",
    "overrule": "裁定的理由",
    "answer": "办理情况",
    "court_result": "处理情况",
    "court_result_judged": "判决情况",
    "court_result_dropped": "不起诉、撤销案件的情况",
    "reply": "函复内容",
    "reject_answer": "需要补充的内容",
    "handle": "处理安排",
    "close": "核对意见",
    "approve": "审批意见",
}


class MoveForm(Form):
    """A move: `reason` always, the rest as the move asks. `proxy`: put down for an 线下单位 (代录)."""

    reason = area("说明", 4, max_length=10000)

    def __init__(
        self,
        *args: Any,
        referral: Referral,
        move: ReferralMove,
        proxy: bool,
        units: Sequence[Agency] = (),
        people: Any = None,
        goods: Sequence[Goods] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.move, self.proxy, self.goods = move, proxy, list(goods)
        self.units = {str(unit.pk): unit for unit in units}
        text = self.fields["reason"]
        text.label = TEXTS.get(move.name, "说明")
        text.required = move.needs_reason
        text.error_messages["required"] = f"请填写{text.label}。"
        makers = {
            "result": lambda: _result(referral, move),
            "unit": lambda: _unit(units, "移送到" if move.name == "pass_on" else "转送单位"),
            "officers": lambda: _officers(people),
            "due": _due,
            "number": lambda: _number(),
            "file": lambda: _file(proxy),
        }
        wanted = [name for name in makers if name in move.asks or (proxy and name in ("number", "file"))]
        for name in wanted:
            needed = name in move.needs or (proxy and name in ("number", "file"))
            field = makers[name]()
            field.required = needed
            field.error_messages["required"] = f"请{_verb(name)}{field.label}。"
            self.fields[_key(name)] = field
        if proxy:
            self.fields["happened_at"] = MomentField(
                label="办理时间", help_text="对方实际办理的时间，期限从这时起算。"
            )
            self.fields["happened_at"].error_messages["required"] = "请填写办理时间。"
        if "goods" in move.asks:
            for row in self.goods:
                self.fields[f"{GOODS}{row.pk}"] = _quantity(row)
        order = ["happened_at", "result", "unit", "officers", "number", "reply_due", "reason", "upload"]
        self.order_fields([*(f"{GOODS}{row.pk}" for row in self.goods), *order])

    def facts(self) -> dict[str, Any]:
        """What `referrals.take` is asked besides the move."""
        data = self.cleaned_data
        found: dict[str, Any] = {"text": data["reason"]}
        for name in ("number", "happened_at", "upload", "result", "officers"):
            if name in self.fields:
                found[name] = data[name]
        if "officers" in found:
            found["officers"] = list(found["officers"])
        if "unit" in self.fields:
            found["unit"] = self.units.get(data["unit"])
        if data.get("reply_due"):
            found["reply_due"] = day_end(data["reply_due"])
        if "goods" in self.move.asks:
            found["goods"] = self._handed()
        return found

    def _handed(self) -> dict[int, Decimal]:
        """Quantities by the number of the row; what was left empty is not handed over."""
        data = self.cleaned_data
        given = {row.pk: data.get(f"{GOODS}{row.pk}") for row in self.goods}
        return {pk: quantity for pk, quantity in given.items() if quantity}


def _verb(name: str) -> str:
    return {"file": "上传", "unit": "选择", "officers": "选择", "result": "选择"}.get(name, "填写")


def _key(name: str) -> str:
    return {"file": "upload", "due": "reply_due"}.get(name, name)


def _number() -> forms.Field:
    return forms.CharField(label="文号", max_length=80, strip=True)


def _file(proxy: bool) -> forms.Field:
    label = "对方文书扫描件" if proxy else "文书扫描件"
    return forms.FileField(label=label, help_text=FILE_HELP, widget=forms.FileInput(attrs={"accept": ACCEPT}))


def _unit(units: Sequence[Agency], label: str) -> forms.Field:
    words = "名单里没有的单位，请系统管理员先登记（没有账号的登记为线下单位）。"
    return forms.ChoiceField(label=label, help_text=words, choices=[("", "请选择"), *by_pk(units)])


def _result(referral: Referral, move: ReferralMove) -> forms.Field:
    found = [(row.value, row.label) for row in results(referral.edge, move.name)]
    return forms.ChoiceField(label="结果", choices=found, widget=forms.RadioSelect)


def _due() -> forms.Field:
    return DayField(label="约定反馈期限", help_text="到当日24时；不填的，按期限表计算。")


class People(PersonField, forms.ModelMultipleChoiceField):
    """Several people by name."""


def _officers(people: Any) -> forms.Field:
    return People(
        people if people is not None else Member.objects.none(),
        label="办案人员",
        widget=forms.CheckboxSelectMultiple,
        help_text="不少于2人（第310号令第五条）。",
    )


def _quantity(row: Goods) -> forms.Field:
    left = row.quantity - row.handed
    spec = f"（{row.spec}）" if row.spec else ""
    field = forms.DecimalField(
        label=f"{row.name}{spec}本次移交数量",
        min_value=0,
        max_digits=14,
        decimal_places=3,
        required=False,
        initial=amount(left) if left else None,
        help_text=f"共{amount(row.quantity)}{row.unit}，已移交{amount(row.handed)}{row.unit}。",
    )
    field.unit = row.unit  # type: ignore[attr-defined]
    return field


class ScanForm(Form):
    """盖章扫描件."""

    upload = forms.FileField(
        label="盖章扫描件", help_text=FILE_HELP, widget=forms.FileInput(attrs={"accept": ACCEPT})
    )


class CheckForm(Form):
    """核对: the second person agrees, or refuses and says why."""

    agreed = forms.ChoiceField(
        label="核对结果",
        choices=(("yes", "与文书一致，核对通过"), ("no", "不一致，不予通过")),
        widget=forms.RadioSelect,
    )
    note = area("核对意见", 3, max_length=300, required=False, help_text="不予通过的，请写明哪里不一致。")
