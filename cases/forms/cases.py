"""Forms of a case: opening, facts, penalties, measures, work; shape only, the rules are the actions'."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q, QuerySet

from agencies.forms import Form, PersonField
from agencies.models import Agency, Division, Member
from cases import choice
from cases.actions.cases.measures import ENDS
from cases.actions.cases.opening import USABLE
from cases.case_states import CASE_OVER
from cases.lines import Land, Zone
from cases.models import Case, Measure, Party, Penalty
from cases.numbers import KINDS
from duties.forms.filings import MomentField
from duties.forms.meetings import DayField, area
from duties.next_up import late
from ledgers.models import Lead, Site
from minewatch.lib.clock import SHANGHAI, day_end, local_date, now

if TYPE_CHECKING:
    from cases.models import Violation

ANY = ("", "全部")
ACCEPT = ".pdf,.docx,.xlsx,image/jpeg,image/png"
FILE_HELP = "PDF、照片、docx、xlsx，不超过20MB。"
WAITS = (("approve", "待审批"), ("late", "超期"), ("open", "未结案"), ("supervised", "挂牌督办"))
MOST = 20


def paper(label: str, **kwargs: Any) -> forms.FileField:
    """A document."""
    return forms.FileField(
        label=label, help_text=FILE_HELP, widget=forms.FileInput(attrs={"accept": ACCEPT}), **kwargs
    )


def amount(label: str, unit: str, places: int = 2, **kwargs: Any) -> forms.DecimalField:
    """A number with its unit beside the box."""
    field = forms.DecimalField(label=label, required=False, min_value=0, decimal_places=places, **kwargs)
    field.unit = unit  # type: ignore[attr-defined]
    return field


def reason_field() -> forms.CharField:
    """Why a change leads away from the line to crime."""
    return forms.CharField(
        label="修改理由",
        max_length=300,
        required=False,
        help_text="修改使案件离刑事标准更远的，必须写明，记入降格记录。",
    )


class Leads(forms.ModelMultipleChoiceField):
    """Leads by number and place."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, lead: Lead) -> str:
        """XS2026-0001 上湾村河滩（待核查）; of a sealed one the number and the state."""
        place = "" if lead.matter.sealed else f" {lead.location[:40]}"
        return f"{lead.number}{place}（{lead.get_status_display()}）"


class SiteField(forms.ModelChoiceField):
    """A site by its name."""

    def label_from_instance(self, site: Site) -> str:
        """The name."""
        return site.name


def usable_leads(member: Member) -> QuerySet[Lead]:
    """Leads in sight from which a case may begin, the latest first."""
    rows = Lead.objects.visible_to(member).filter(withdrawn_at__isnull=True, status__in=USABLE)
    return rows.select_related("matter").order_by("-pk")


class CaseForm(Form):
    """A new case."""

    origin = forms.ChoiceField(
        label="来源",
        choices=[(Case.Origin.LEAD, "线索"), (Case.Origin.OWN, "依职权发现")],
        widget=forms.RadioSelect,
    )
    leads = Leads(
        Lead.objects.none(),
        label="线索",
        required=False,
        help_text="可以选几条；案件归入第一条线索的事项，其他线索与本案关联。",
    )
    title = forms.CharField(label="案由", max_length=120, strip=True)
    found_on = DayField(label="发现日期")
    division = forms.ModelChoiceField(
        Division.objects.none(), label="案发地", required=False, empty_label="按线索或者监管对象所在地"
    )
    site = SiteField(Site.objects.none(), label="监管对象", required=False, empty_label="不对应监管对象")
    location = forms.CharField(label="地点", max_length=200, required=False, strip=True)
    facts = area("基本案情", 6, required=False, max_length=10000)
    self_reported = forms.BooleanField(label="当事人主动报告并自行纠正（从轻或者免予处罚）", required=False)
    concealed = forms.BooleanField(label="当事人隐瞒不报（从重处罚）", required=False)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leads"].queryset = self._offered(usable_leads(member))
        self.fields["leads"].when = "origin=lead"
        self.fields["site"].queryset = Site.objects.visible_to(member).order_by("name")[:500]
        code = member.agency.division.code[:6] if member.agency else "-"
        rows = Division.objects.filter(code__startswith=code).order_by("code")
        self.fields["division"].queryset = rows
        self.fields["division"].label_from_instance = lambda row: row.name

    def _offered(self, rows: QuerySet[Lead]) -> QuerySet[Lead]:
        """The latest leads, and those that were picked before or brought along."""
        sent = self.data.getlist("leads") if hasattr(self.data, "getlist") else []
        picked = {
            int(pk)
            for pk in (*sent, *self.initial.get("leads", ()))
            if str(pk).isdigit() and len(str(pk)) < 19
        }
        shown = {
            *rows.values_list("pk", flat=True)[:MOST],
            *rows.filter(pk__in=picked).values_list("pk", flat=True),
        }
        return rows.filter(pk__in=shown)

    def facts_of(self) -> dict[str, Any]:
        """What `open_case` is asked besides who asks."""
        data = dict(self.cleaned_data)
        picked = self.data.getlist("leads") if hasattr(self.data, "getlist") else []
        leads = list(data.pop("leads")) if data["origin"] == Case.Origin.LEAD else []
        data.pop("leads", None)
        leads.sort(key=lambda lead: picked.index(str(lead.pk)) if str(lead.pk) in picked else 0)
        return data | {"leads": leads}


class EditForm(Form):
    """What is known of a case."""

    title = forms.CharField(label="案由", max_length=120, strip=True)
    found_on = DayField(label="发现日期")
    location = forms.CharField(label="地点", max_length=200, required=False, strip=True)
    facts = area("基本案情", 8, required=False, max_length=10000)
    complex = forms.BooleanField(
        label="案情复杂（疑难复杂、涉及多个法律关系或者情节重大）",
        required=False,
        help_text="勾选后，决定前须经法制审核和集体讨论（行政处罚法第五十七条、第五十八条）。",
    )
    self_reported = forms.BooleanField(label="当事人主动报告并自行纠正（从轻或者免予处罚）", required=False)
    concealed = forms.BooleanField(label="当事人隐瞒不报（从重处罚）", required=False)


class PartyForm(Form):
    """当事人."""

    kind = forms.ChoiceField(label="类别", choices=Party.Kind.choices, widget=forms.RadioSelect)
    name = forms.CharField(label="姓名（名称）", max_length=80, strip=True)
    code = forms.CharField(
        label="证件号码",
        max_length=40,
        required=False,
        help_text="个人填身份证号，单位填统一社会信用代码；不知道的不填。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    representative = forms.CharField(label="法定代表人（负责人）", max_length=40, required=False)
    phone = forms.CharField(label="电话", max_length=30, required=False)
    address = forms.CharField(label="住址（住所）", max_length=120, required=False)
    note = forms.CharField(label="备注", max_length=200, required=False)
    reason = reason_field()

    def __init__(self, *args: Any, change: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not change:
            del self.fields["reason"]


class ViolationForm(Form):
    """违法情形."""

    code = forms.ChoiceField(label="违法行为")
    party = forms.ChoiceField(label="当事人", required=False)
    acted_from = DayField(label="行为开始")
    acted_to = DayField(label="行为终了", required=False, help_text="仍在继续的不填。")
    mineral = forms.CharField(label="矿种", max_length=40, required=False)
    quantity = amount("数量", "吨", 3)
    value = amount("矿产品价值", "元")
    damage = amount("破坏价值", "元")
    area = amount("占地面积", "亩", 3)
    land = forms.ChoiceField(label="地类", required=False, choices=[("", "不涉及"), *Land.choices])
    zone = forms.ChoiceField(label="特殊区域", required=False, choices=[("", "不涉及"), *Zone.choices])
    law = forms.ChoiceField(
        label="适用法律",
        required=False,
        choices=[("", "按从旧兼从轻自动选用"), (choice.OLD, "行为时的法律"), (choice.NEW, "现行法律")],
        help_text="行为后法律有变化的才需要选（行政处罚法第三十七条）。",
    )
    choice = forms.CharField(label="选用该法律的理由", max_length=200, required=False)
    note = forms.CharField(label="备注", max_length=300, required=False)
    reason = reason_field()

    def __init__(
        self, *args: Any, agency: Agency, parties: Iterable[Party], change: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.parties = {str(row.pk): row for row in parties}
        self.fields["code"].choices = [("", "请选择"), *choice.offered(agency)]
        self.fields["party"].choices = [
            ("", "全部当事人"),
            *((pk, row.name) for pk, row in self.parties.items()),
        ]
        if not change:
            del self.fields["reason"]

    def facts_of(self) -> dict[str, Any]:
        """The act as `cases.Act` takes it."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        return data | {"party": self.parties.get(data["party"])}


def of_violation(row: Violation) -> dict[str, Any]:
    """A violation as its form shows it."""
    names = ("acted_from", "acted_to", "mineral", "quantity", "value", "damage", "area", "land", "zone")
    found = {name: getattr(row, name) for name in (*names, "choice", "note")}
    return found | {"code": row.offence.code, "party": str(row.party_id or "")}


class PenaltyForm(Form):
    """拟作出的处罚."""

    kind = forms.ChoiceField(
        label="种类", choices=[("", "请选择"), *(row for row in Penalty.Kind.choices if row[0] != "held")]
    )
    party = forms.ChoiceField(label="当事人", required=False)
    fine = amount(
        "金额",
        "元",
        help_text="没收矿产品、工具填价值；不填的，按较大价值办理，须告知听证权利（行政处罚法第六十三条）。",
    )
    quantity = amount("数量", "吨", 3)
    basis = forms.CharField(label="依据的条款", max_length=300)

    def __init__(self, *args: Any, parties: Iterable[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parties = {str(row.pk): row for row in parties}
        self.fields["party"].choices = [
            ("", "全部当事人"),
            *((pk, row.name) for pk, row in self.parties.items()),
        ]
        self.fields["fine"].when = "kind=fine|gains|goods|tools"
        self.fields["quantity"].when = "kind=goods"

    def facts_of(self) -> dict[str, Any]:
        """What `save_penalty` is asked."""
        data = dict(self.cleaned_data)
        return data | {"party": self.parties.get(data["party"])}


class CarryForm(Form):
    """缴款、执行 of one penalty."""

    paid = amount("本次缴款", "元")
    done_on = DayField(label="日期")
    done = forms.CharField(
        label="执行（处置）情况", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, penalty: Penalty, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if penalty.kind != Penalty.Kind.FINE:
            del self.fields["paid"]
            self.fields["done"].required = True
        else:
            self.fields["paid"].required = True


class HeldForm(Form):
    """追责问责 result."""

    organ = forms.CharField(label="追责机关", max_length=80)
    kind = forms.CharField(label="追责方式", max_length=300, help_text="例如诫勉谈话、警告处分；不填姓名。")
    decided_on = DayField(label="日期")


class MeasureForm(Form):
    """责令停止、先行登记保存、查封扣押."""

    kind = forms.ChoiceField(label="措施", choices=Measure.Kind.choices, widget=forms.RadioSelect)
    taken_at = MomentField(label="采取（送达）时间")
    things = area("对象、数量", 3, max_length=1000)
    place = forms.CharField(label="存放地点", max_length=120, required=False)
    number = forms.CharField(label="文号", max_length=80, required=False)
    approved_by = forms.CharField(label="批准的负责人", max_length=40, required=False)
    on_the_spot = forms.BooleanField(label="当场采取，二十四小时内补办批准手续", required=False)
    upload = paper("文书（通知书、决定书和清单）", required=False)


class ReportForm(Form):
    """补办批准手续."""

    approved_by = forms.CharField(label="批准的负责人", max_length=40)
    at = MomentField(label="批准时间")


class EndForm(Form):
    """How a measure ended."""

    end = forms.ChoiceField(label="处理", widget=forms.RadioSelect)
    at = MomentField(label="处理时间")
    note = forms.CharField(label="处理情况", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["end"].choices = [(row.value, row.label) for row in ENDS[Measure.Kind(measure.kind)]]


class TaskForm(Form):
    """交办任务."""

    title = forms.CharField(label="事项", max_length=120, strip=True)
    member = PersonField(Member.objects.none(), label="承办人", empty_label="请选择")
    due_on = DayField(label="期限", required=False, help_text="当日24时前。")

    def __init__(self, *args: Any, people: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = Member.objects.filter(pk__in=[one.pk for one in people])

    def facts_of(self) -> dict[str, Any]:
        """What `give_task` is asked."""
        data = self.cleaned_data
        due = day_end(data["due_on"]) if data["due_on"] else None
        return {"title": data["title"], "member": data["member"], "due_at": due}


class ResultForm(Form):
    """What came of a task."""

    result = area("办理情况", 4, max_length=500)


class NoteForm(Form):
    """办案记录."""

    at = MomentField(label="时间")
    text = area("内容", 6, max_length=5000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"at": now().astimezone(SHANGHAI)})
        super().__init__(*args, **kwargs)


class LookBackForm(Form):
    """回头看."""

    at = MomentField(label="回访时间")
    again = forms.ChoiceField(
        label="回访结果",
        choices=(("no", "没有再次违法"), ("yes", "死灰复燃，重新登记案件")),
        widget=forms.RadioSelect,
    )
    text = area("回访情况", 4, max_length=500)
    upload = paper("照片、记录", required=False)


class TemplateForm(Form):
    """编号格式."""

    kind = forms.ChoiceField(label="文种", choices=list(KINDS.items()))
    organ = forms.CharField(label="机关代字", max_length=30, required=False, help_text="例如：示自然资罚。")
    template = forms.CharField(
        label="格式",
        max_length=80,
        help_text="{代字} 处写机关代字，{年份} 处写年份，{序号} 处写序号，三位序号写 {序号3}。"
        "例如：{代字}立字〔{年份}〕{序号}号。",
    )
    valid_from = DayField(label="启用日期")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"valid_from": f"{local_date(now()):%Y-%m-%d}"})
        super().__init__(*args, **kwargs)


class CaseFilter(forms.Form):
    """Which cases the list shows."""

    q = forms.CharField(label="登记号、案件编号", max_length=40, required=False)
    status = forms.ChoiceField(label="状态", required=False, choices=[ANY, *Case.Status.choices])
    track = forms.ChoiceField(label="性质", required=False, choices=[ANY, *Case.Track.choices])
    holder = forms.ModelChoiceField(
        Agency.objects.none(), label="承办单位", required=False, empty_label="全部"
    )
    wait = forms.ChoiceField(label="办理情况", required=False, choices=[ANY, *WAITS])

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        units = Agency.objects.filter(pk__in=Case.objects.known_to(member).order_by().values("holder"))
        self.fields["holder"].queryset = units.order_by("division__code", "pk")
        self.fields["holder"].label_from_instance = lambda unit: unit.label

    def rows(self) -> QuerySet[Case]:
        """Cases in the member's sight that fit; content that is not open decides nothing."""
        self.is_valid()
        data = self.cleaned_data
        rows = Case.objects.known_to(self.member)
        if data.get("q"):
            rows = rows.filter(Q(serial__icontains=data["q"]) | Q(number__icontains=data["q"]))
        for name in ("status", "track", "holder"):
            if data.get(name):
                rows = rows.filter(**{name: data[name]})
        return rows.filter(waiting(data["wait"])) if data.get("wait") else rows


def waiting(wait: str) -> Q:
    """Cases in one of the situations of the filter."""
    if wait == "approve":
        return Q(status__in=(Case.Status.FILING, Case.Status.DECIDING, Case.Status.CLOSING))
    if wait == "supervised":
        return ~Q(supervised="")
    if wait == "open":
        return ~Q(status__in=CASE_OVER)
    return Q(pk__in=late(Case))
