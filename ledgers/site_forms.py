"""Forms of sites and licences, built from the column table; no rule stands here that an action lacks."""

from __future__ import annotations

from django import forms

from agencies.models import Agency
from ledgers.columns import DATUMS, Refs
from ledgers.corners import BadCorners, format_corners, parse_corners
from ledgers.models import Licence, Site
from ledgers.models.sites import Production, SiteKind
from ledgers.site_columns import COLUMNS, METHODS, parse_site, shown
from minewatch.lib.text import BadDate, fold, parse_day

AREAS = ("watchers", "location")
GROUPS = (
    ("是什么", ("name", "number", "kind", "mineral", "mining_method", "production")),
    ("在哪里", ("township", "village", "location", "point", "datum")),
    ("谁经营", ("operator", "operator_uscc", "ownership", "output_t", "sales_t", "reserves_t")),
    ("谁监管", ("grid", "watchers", "warning_sign", "duty_plate")),
)
SITE_GROUPS = [{"legend": legend, "fields": list(fields)} for legend, fields in GROUPS]


class UnitChoice(forms.ModelChoiceField):
    """Units by the name of their place."""

    def label_from_instance(self, unit: Agency) -> str:
        return (
            f"{unit.parent.division.name}{unit.division.name}"
            if unit.kind == "village"
            else unit.division.name
        )


class SiteForm(forms.Form):
    """One site; after validation `facts`, `township`, `village` and `notes`."""

    def __init__(
        self, *args, refs: Refs, townships: list[Agency], site: Site | None = None, **kwargs
    ) -> None:
        if site is not None:
            kwargs["initial"] = {c.key: shown(site, c.key) for c in COLUMNS if c.kind != "choice"} | {
                "kind": site.kind,
                "production": site.production,
                "datum": site.datum if site.coordinate_raw or site.lon is not None else "",
                "township": site.agency_id,
                "village": site.village_id,
            }
        super().__init__(*args, **kwargs)
        self.refs, self.townships = refs, townships
        for column in COLUMNS:
            self.fields[column.key] = self._field(column)
            if column.unit:
                self.fields[column.key].unit = column.unit

    def _field(self, column) -> forms.Field:
        common = {"label": column.label, "required": column.required, "help_text": column.help}
        common["error_messages"] = {"required": f"请填写{column.label}。"}
        ids = [unit.pk for unit in self.townships]
        if column.key == "township":
            rows = Agency.objects.filter(pk__in=ids).select_related("division")
            return UnitChoice(rows, **common, empty_label=None if len(ids) == 1 else "请选择")
        if column.key == "village":
            rows = Agency.objects.active().filter(kind="village", parent__in=ids)
            rows = rows.select_related("division", "parent__division")
            return UnitChoice(rows, **common, empty_label="不限定到村")
        if column.kind == "flag":
            return forms.BooleanField(label=column.label, required=False)
        choices = {
            "kind": SiteKind.choices,
            "production": Production.choices,
            "datum": [(d, d) for d in DATUMS],
        }
        if column.key in choices:
            empty = {"kind": [("", "请选择")], "datum": [("", "按坐标文字（未写明的按CGCS2000）")]}
            common["initial"] = Production.NONE if column.key == "production" else ""
            return forms.ChoiceField(choices=[*empty.get(column.key, ()), *choices[column.key]], **common)
        field = forms.CharField(max_length=column.max_length or None, strip=True, **common)
        if column.key == "mining_method":
            field.widget.attrs["placeholder"] = METHODS[0]
        return field

    def clean(self) -> dict[str, object]:
        data = super().clean()
        self.township, self.village = data.get("township"), data.get("village")
        texts = {key: _text(value) for key, value in data.items()}
        texts["township"] = self.township.division.name if self.township else ""
        texts["village"] = self.village.division.name if self.village else ""
        row = parse_site(texts, self.refs)
        self.facts, self.notes = row.facts, []
        for problem in row.problems:
            if problem.level == "error" and problem.column not in self.errors:
                mend = f"{problem.mend}。" if problem.mend else ""
                self.add_error(_field_of(problem.column), f"{problem.message}。{mend}")
            elif problem.level != "error":
                self.notes.append(problem.message)
        return data


def _field_of(column: str) -> str:
    return "point" if column in ("lon", "lat") else column


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


class DayField(forms.CharField):
    """A day in any of the spellings; a browser offers its calendar."""

    def __init__(self, **kwargs) -> None:
        super().__init__(max_length=40, **kwargs)
        self.widget.input_type = "date"

    def clean(self, value: object):
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_day(text)
        except BadDate as error:
            raise forms.ValidationError(str(error)) from None


LICENCE_GROUPS = [
    {
        "legend": "证照",
        "fields": ["kind", "number", "holder", "issuer", "issued_on", "valid_from", "valid_to"],
    },
    {"legend": "开采许可", "fields": ["mineral", "method", "capacity", "area_km2"]},
    {
        "legend": "矿区范围",
        "fields": ["corners", "datum", "zone", "elevation_from", "elevation_to"],
        "help": "照证照填写，不作坐标换算。",
    },
]


class LicenceForm(forms.Form):
    """One licence; the outline is read and checked by `ledgers.corners`."""

    kind = forms.ChoiceField(label="证照类别", choices=Licence.Kind.choices)
    number = forms.CharField(label="证号", max_length=60, error_messages={"required": "请填写证号。"})
    holder = forms.CharField(label="持证人", max_length=120, required=False)
    issuer = forms.CharField(label="发证机关", max_length=80, required=False)
    issued_on = DayField(label="发证日期", required=False)
    valid_from = DayField(label="有效期起", required=False)
    valid_to = DayField(label="有效期止", required=False, help_text="到期前90天、30天和当天会提醒")
    mineral = forms.CharField(label="开采矿种", max_length=40, required=False)
    method = forms.CharField(label="开采方式", max_length=20, required=False)
    capacity = forms.CharField(label="生产规模", max_length=40, required=False, help_text="如 10万吨/年")
    area_km2 = forms.DecimalField(
        label="矿区面积",
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=4,
        error_messages={"invalid": "请填写数字，单位为平方公里。", "max_decimal_places": "最多4位小数。"},
    )
    corners = forms.CharField(
        label="矿区范围拐点",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=40_000,
        help_text="每行一个点：点号,X,Y（X为7位、Y为8位含带号），或点号,经度,纬度",
    )
    datum = forms.ChoiceField(
        label="坐标系", required=False, choices=[("", "请选择"), *((d, d) for d in DATUMS[:4])]
    )
    zone = forms.IntegerField(label="带号", required=False, help_text="Y坐标不带带号时填写，如37")
    elevation_from = forms.DecimalField(label="开采标高自", required=False, max_digits=8, decimal_places=2)
    elevation_to = forms.DecimalField(label="开采标高至", required=False, max_digits=8, decimal_places=2)

    def __init__(self, *args, licence: Licence | None = None, **kwargs) -> None:
        if licence is not None:
            initial = {name: getattr(licence, name) for name in self.base_fields if name != "corners"}
            days = {name: value.isoformat() for name, value in initial.items() if hasattr(value, "isoformat")}
            kwargs["initial"] = initial | days | {"corners": format_corners(licence.corners)}
        super().__init__(*args, **kwargs)
        for name, unit in (("area_km2", "平方公里"), ("elevation_from", "米"), ("elevation_to", "米")):
            self.fields[name].unit = unit

    def clean_number(self) -> str:
        return fold(self.cleaned_data["number"]).replace(" ", "").upper()

    def clean(self) -> dict[str, object]:
        data = super().clean()
        try:
            outline = parse_corners(
                data.get("corners") or "", datum=data.get("datum") or "", zone=data.get("zone")
            )
        except BadCorners as error:
            self.add_error("corners", f"{str(error).rstrip('。')}。")
            return data
        data |= {"corners": [list(point) for point in outline.points], "zone": outline.zone}
        data["datum"] = outline.datum or data.get("datum") or ""
        self.notes = outline.notes
        return data


class SiteFilter(forms.Form):
    """The filters of the register."""

    q = forms.CharField(label="名称、编号、经营主体、村", required=False, max_length=60)
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *SiteKind.choices])
    township = forms.ChoiceField(label="乡镇", required=False)
    mineral = forms.CharField(label="矿种", required=False, max_length=40)
    expiring = forms.ChoiceField(
        label="证照到期",
        required=False,
        choices=[("", "全部"), ("0", "已到期"), ("30", "30天内"), ("90", "90天内")],
    )
    state = forms.ChoiceField(label="在册情况", required=False, choices=[("", "在册"), ("off", "已停用")])

    def __init__(self, *args, townships: list[Agency], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        units = [(unit.code, unit.division.name) for unit in townships]
        self.fields["township"].choices = [("", "全部"), *units]
