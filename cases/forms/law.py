"""Forms of law data and of decisions at the line. No rule stands here that an action lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q, QuerySet

from agencies.forms import Form
from agencies.models import AgencyKind
from cases.lines import MEASURES, NAMES
from cases.models import MineralPrice, Offence, Threshold
from duties.forms.meetings import DayField, area

if TYPE_CHECKING:
    from agencies.models import Member

SPECIAL_WORDS = "（国家规划矿区、禁采区等特殊区域）"
KINDS = [("", "全部"), *AgencyKind.choices]


def line_words(line: str, measure: str, zone: str) -> str:
    """非法采矿罪：矿产品价值（国家规划矿区、禁采区等特殊区域）"""
    name = NAMES[line].split("（")[0]
    return f"{name}：{MEASURES[measure]}{SPECIAL_WORDS if zone else ''}"


def open_lines() -> list[tuple[str, str]]:
    """Lines of which each province fixes its own figure, as choices."""
    rows = Threshold.objects.filter(province="", high__isnull=False).order_by("-line", "-measure", "-zone")
    keys = dict.fromkeys((row.line, row.measure, row.zone) for row in rows)
    return [(":".join(key), line_words(*key)) for key in keys]


class OffenceFilter(forms.Form):
    """The filters of 法律依据: kind of unit, day of the act, words."""

    kind = forms.ChoiceField(label="主管部门", required=False, choices=KINDS)
    on = DayField(label="行为日期", required=False, help_text="不填的，显示各个时期的条文。")
    q = forms.CharField(label="词语", required=False, max_length=60)

    def rows(self) -> QuerySet[Offence]:
        """Texts that fit."""
        self.is_valid()
        data = self.cleaned_data
        rows = Offence.objects.all()
        if data.get("kind"):
            rows = rows.filter(kind__in=(data["kind"], ""))
        if data.get("on"):
            ends = Q(valid_to__isnull=True) | Q(valid_to__gte=data["on"])
            rows = rows.filter(ends, valid_from__lte=data["on"])
        words = (data.get("q") or "").strip()
        if words:
            rows = rows.filter(
                Q(name__icontains=words)
                | Q(law__icontains=words)
                | Q(article__icontains=words)
                | Q(penalty__icontains=words)
            )
        return rows


class FigureForm(Form):
    """本省标准 as registered by one."""

    key = forms.ChoiceField(label="标准")
    amount = forms.DecimalField(
        label="本省标准", max_digits=13, decimal_places=0, help_text="单位：元。在司法解释规定的幅度内。"
    )
    valid_from = DayField(label="施行日期")
    source = area("来源（文号、条款）", 2, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].choices = [("", "请选择"), *open_lines()]
        self.fields["amount"].unit = "元"

    def facts(self) -> dict[str, Any]:
        """What `law.propose_figure` is asked."""
        data = self.cleaned_data
        line, measure, zone = data["key"].split(":")
        return {"line": line, "measure": measure, "zone": zone} | {
            name: data[name] for name in ("amount", "valid_from", "source")
        }

    def add_error(self, field: str | None, error: Any) -> None:
        """An error of the line stands at the choice."""
        super().add_error("key" if field == "line" else field, error)


class PriceForm(Form):
    """A price of a mineral product."""

    mineral = forms.CharField(label="矿种", max_length=40, help_text="与案件中填写的矿种一致，如“石灰岩”。")
    price = forms.DecimalField(label="单价", max_digits=12, decimal_places=2)
    valid_from = DayField(label="起始日期", help_text="从这一天起的违法行为按这一单价测算。")
    source = area("来源", 2, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].unit = "元/吨"
        self.fields["source"].help_text = "价格认证结论书文号、公布的行情等。"


class PriceFilter(forms.Form):
    """The filters of the prices."""

    q = forms.CharField(label="矿种", required=False, max_length=40)
    withdrawn = forms.BooleanField(label="包括已作废的", required=False)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member

    def rows(self) -> QuerySet[MineralPrice]:
        """Prices of the member's county that fit."""
        self.is_valid()
        data = self.cleaned_data
        rows = MineralPrice.objects.filter(county__code=self.member.agency.division.code[:6])
        if data.get("q"):
            rows = rows.filter(mineral__icontains=data["q"].strip())
        return rows if data.get("withdrawn") else rows.filter(withdrawn_at__isnull=True)


class DecisionForm(Form):
    """不移送决定 of the head."""

    reason = area("不移送的理由和依据", 6, max_length=5000)
    file = forms.FileField(label="书面决定", help_text="PDF、照片或 docx，不超过20MB。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".pdf,.docx,image/jpeg,image/png"
