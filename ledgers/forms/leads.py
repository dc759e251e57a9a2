"""Forms of leads. No rule stands here that an action lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from duties.forms.filings import FilesField, MomentField
from ledgers.actions.leads import Intake
from ledgers.actions.leads.informing import Identity
from ledgers.forms.fields import ConditionalChoice, PhotosField, PointField, hung, point_of
from ledgers.lead_routes import kind_of
from ledgers.lead_states import Ending, Finding
from ledgers.models import Lead, Site
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member
    from ledgers.lead_routes import Suggestion

SOURCES = [choice for choice in Lead.Source.choices if choice[0] not in Lead.RAISED]
OTHER = ("", "其他或尚不清楚")
TIPS = f"source={'|'.join(Lead.TIPS)}"
UNIT = f"source={'|'.join((Lead.Source.UNIT, Lead.Source.VILLAGE))}"


def area(label: str, rows: int, **more: Any) -> forms.CharField:
    """A text of several lines."""
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **more)


def line(label: str, most: int, **more: Any) -> forms.CharField:
    """A line that may stay empty."""
    return forms.CharField(label=label, max_length=most, required=False, **more)


class Kinds:
    """The violations of the running campaigns as choices of `violation`."""

    def choose(self, kinds: Sequence[tuple[str, str]], county: str) -> None:
        """Set the choices."""
        self.county = county
        self.fields["violation"].choices = [OTHER, *kinds]  # type: ignore[attr-defined]

    def kind(self) -> dict[str, Any]:
        """campaign, violation, violation_name as chosen."""
        return kind_of(self.cleaned_data["violation"], self.county)  # type: ignore[attr-defined]


#: The draft of the form, and its fields that say who told the lead: sealed on sending, never in a draft.
DRAFT = "lead"
SEALED = (
    "informant_name",
    "informant_phone",
    "informant_address",
    "informant_note",
    "papers",
    "wants_answer",
)


class IntakeForm(Kinds, forms.Form):
    """登记线索. Who told it is asked for tips only, and goes to the custodians."""

    agency = forms.ChoiceField(label="登记单位")
    source = forms.ChoiceField(
        label="来源", choices=[("", "请选择"), *SOURCES], error_messages={"required": "请选择线索来源。"}
    )
    told_by = hung(ConditionalChoice(label="来件（报告）单位", help_text="其他单位转来的必须选择"), when=UNIT)
    source_number = line("来源编号", 60, help_text="热线工单号、警情号、图斑号等")
    found_at = MomentField(label="发现（接报）时间")
    text = area(
        "情况",
        5,
        max_length=1000,
        help_text="什么人、什么机械在干什么，是否还在继续。不要写举报人是谁。",
        error_messages={"required": "请写明情况。"},
    )
    site = forms.ModelChoiceField(Site.objects.none(), label="监管对象", required=False)
    location = line("位置", 180, help_text="写到村、沟；选了监管对象或者取了坐标可以不填")
    point = PointField()
    accuracy_m = forms.CharField(widget=forms.HiddenInput, required=False)
    point_source = forms.CharField(widget=forms.HiddenInput, required=False)
    violation = forms.ChoiceField(label="违法情形", required=False)
    party = line("当事人", 80, help_text="个人姓名或者企业名称")
    vehicle = line("车辆、机械", 60, help_text="车牌号、机械型号")
    urgent = forms.BooleanField(
        label="特殊情况，立即通知",
        required=False,
        help_text="正在盗采、有人员伤亡危险等。立即通知乡镇和县里，24小时内核查。",
    )
    photos = PhotosField(label="照片", help_text="最多12张，每张不超过15MB")
    documents = FilesField(
        label="附件", help_text="PDF、照片、docx、xlsx，每个不超过20MB。办理人员都能看到。"
    )
    informant_name = hung(line("举报人姓名", 40), when=TIPS)
    informant_phone = hung(line("举报人电话", 40), when=TIPS)
    informant_address = hung(line("举报人住址、单位", 120), when=TIPS)
    informant_note = hung(line("其他能看出举报人的信息", 300), when=TIPS)
    papers = hung(
        FilesField(label="举报材料原件", help_text="信件、登记表等能看出举报人的材料，只由保管人保管。"),
        when=TIPS,
    )
    wants_answer = hung(forms.BooleanField(label="举报人要求答复", required=False), when=TIPS)

    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        units: Sequence[Agency],
        tellers: Sequence[Agency],
        sites: Any,
        kinds: Sequence[tuple[str, str]],
        picker: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.units = {unit.code: unit for unit in units}
        self.tellers = {unit.code: unit for unit in tellers}
        self.fields["agency"].choices = [(unit.code, unit.label) for unit in units]
        if len(units) == 1:
            self.fields["agency"].widget = forms.HiddenInput()
            self.initial.setdefault("agency", units[0].code)
        self.fields["told_by"].choices = [("", "请选择"), *((u.code, u.label) for u in tellers)]
        self.fields["site"].queryset = sites
        self.fields["site"].widget.attrs |= {"data-picker": picker, "data-clears": "id_location"}
        self.choose(kinds, units[0].division.code[:6])
        self.initial.setdefault("found_at", now())
        for name in SEALED:
            self.fields[name].widget.attrs["data-no-draft"] = ""

    def facts(self) -> Intake:
        """What the action is asked."""
        data = self.cleaned_data
        plain = ("source", "text", "location", "found_at", "site", "party", "vehicle", "source_number")
        return Intake(
            **{name: data[name] for name in plain},
            **self.kind(),
            point=point_of(data["point"]),
            told_by=self.tellers.get(data["told_by"]),
            urgent=data["urgent"],
            identity=Identity(*(data[f"informant_{name}"] for name in ("name", "phone", "address", "note"))),
            wants_answer=data["wants_answer"],
        )


#: What a draft of the form keeps.
KEPT = tuple(name for name in IntakeForm.base_fields if name not in SEALED)


class InformantForm(forms.Form):
    """补录举报人."""

    name = line("姓名", 40)
    phone = line("电话", 40)
    address = line("住址、单位", 120)
    note = line("其他能看出举报人的信息", 300)
    wants_answer = forms.BooleanField(label="举报人要求答复", required=False)

    def identity(self) -> Identity:
        """As typed."""
        return Identity(*(self.cleaned_data[name] for name in ("name", "phone", "address", "note")))


class DispatchForm(forms.Form):
    """分派: to a unit that a routing table names, or to another."""

    to = forms.ChoiceField(
        label="分派给", widget=forms.RadioSelect, error_messages={"required": "请选择单位。"}
    )
    other = ConditionalChoice(label="其他单位")
    reason = area("分派意见", 3, max_length=300, error_messages={"required": "请填写分派意见。"})

    use_required_attribute = False

    def __init__(
        self, *args: Any, fitting: Sequence[Suggestion], units: Sequence[Agency], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.units = {str(unit.pk): unit for unit in units}
        offered = [one for one in fitting if one.by_dispatch and one.unit and str(one.unit.pk) in self.units]
        self.offered = {f"{one.unit.pk}:{one.route.pk}": one for one in offered}
        routed = [(key, f"{one.unit.label}：{one.words}") for key, one in self.offered.items()]
        if routed:
            self.fields["to"].choices = [*routed, ("other", "其他单位（在下面选择）")]
            self.fields["other"].when = "to=other"  # type: ignore[attr-defined]
        else:
            del self.fields["to"]
            self.fields["other"].label = "分派给"
        self.fields["other"].choices = [("", "请选择"), *((k, unit.label) for k, unit in self.units.items())]

    def clean(self) -> dict[str, Any]:
        """One unit, chosen."""
        data = super().clean() or self.cleaned_data
        picked = self.offered.get(data.get("to", ""))
        unit = picked.unit if picked else self.units.get(data.get("other", ""))
        if unit is None and not self.errors:
            self.add_error("other", "请选择单位。")
        data["unit"], data["basis"] = unit, picked.words if picked else ""
        return data


class CheckForm(Kinds, forms.Form):
    """登记核查结果."""

    finding = forms.ChoiceField(
        label="核查结果",
        choices=Finding.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择核查结果。"},
    )
    checked_at = MomentField(label="核查时间")
    officers = forms.MultipleChoiceField(
        label="核查人员",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择核查人员，至少1人。"},
    )
    text = area("核查情况", 6, max_length=2000, error_messages={"required": "请填写核查情况。"})
    violation = forms.ChoiceField(label="违法情形", required=False)
    party = line("当事人", 80)
    vehicle = line("车辆、机械", 60)
    concealed = forms.BooleanField(label="当事人隐瞒不报（从重处罚）", required=False)
    photos = PhotosField(label="现场照片", help_text="最多12张，每张不超过15MB")

    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        lead: Lead,
        people: Sequence[Member],
        kinds: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(member.pk): member for member in people}
        self.fields["officers"].choices = [(pk, member.name) for pk, member in self.people.items()]
        known = f"{lead.campaign_id}:{lead.violation}" if lead.violation else ""
        offered = dict(kinds)
        if known and known not in offered:  # the campaign has ended, or words it otherwise now
            known = next((key for key, name in kinds if name == lead.violation_name), "")
        self.choose(kinds, lead.agency.division.code[:6])
        first = {"violation": known, "party": lead.party, "vehicle": lead.vehicle, "checked_at": now()}
        for name, value in first.items():
            self.initial.setdefault(name, value)
        if lead.self_reported:
            del self.fields["concealed"]

    def facts(self) -> dict[str, Any]:
        """What the action is asked."""
        data = self.cleaned_data
        kind = {"party": data["party"], "vehicle": data["vehicle"]}
        if data["violation"]:  # nothing chosen leaves what is known
            kind |= self.kind()
        return {
            "finding": data["finding"],
            "checked_at": data["checked_at"],
            "text": data["text"],
            "officers": [self.people[pk] for pk in data["officers"]],
            "photos": data["photos"],
            "concealed": data.get("concealed"),
            "kind": kind,
        }


class AnswerForm(forms.Form):
    """反馈处置结果."""

    ending = forms.ChoiceField(
        label="处置方式",
        choices=[choice for choice in Ending.choices if choice[0] != Ending.NOTHING],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择处置方式。"},
    )
    text = area(
        "处置结果",
        5,
        max_length=1000,
        help_text="做了什么，结果怎样；立案、移送的写明文号和去向。",
        error_messages={"required": "请填写处置结果。"},
    )
    photos = PhotosField(label="照片", help_text="最多12张，每张不超过15MB")

    use_required_attribute = False


class MergeForm(forms.Form):
    """并案: under one of the leads that look alike, or one named by its number."""

    into = forms.CharField(
        label="并入线索编号",
        max_length=40,
        help_text="登记在先的那一条，例如 XS2026-0012",
        error_messages={"required": "请填写要并入的线索编号。"},
    )
    reason = area("并案理由", 3, max_length=300, required=False)

    use_required_attribute = False
