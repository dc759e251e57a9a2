"""Words that pages share: dates, dues, lights, coordinates, query strings, controls, icons."""

from copy import copy
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField, CheckboxSelectMultiple, RadioSelect, Widget
from django.http import QueryDict
from django.template.defaultfilters import stringfilter
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from minewatch.lib.clock import SHANGHAI

register = template.Library()
NEAR_DAYS = 3
LIGHTS = {
    "late": ("逾期", "light-late"),
    "near": ("临近", "light-near"),
    "ok": ("期内", "light-ok"),
    "done": ("已办结", "light-done"),
    "off": ("已取消", "light-off"),
    "past": ("历史", "light-off"),
}
CONTROL_CSS = {"check": "form-check-input", "choices": "form-check-input", "select": "form-select"}
OVER = {
    "fulfilled": ("done", "已完成"),
    "waived": ("off", "已免办"),
    "cancelled": ("off", "已取消"),
    "stopped": ("off", "中止计时"),
}


def local(value: datetime) -> datetime:
    return value.astimezone(SHANGHAI) if timezone.is_aware(value) else value


# dates -------------------------------------------------------------------------------------------


@register.filter
def zh_date(value: date | datetime | None) -> str:
    """2022年9月30日"""
    if not value:
        return ""
    day = local(value) if isinstance(value, datetime) else value
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def zh_datetime(value: datetime | None) -> str:
    """2022年9月30日 10:32"""
    return f"{zh_date(value)} {zh_time(value)}" if value else ""


@register.filter
def zh_time(value: datetime | None) -> str:
    return f"{local(value):%H:%M}" if value else ""


@register.filter
def zh_due(value: datetime | None) -> str:
    """9月30日24时前; the year is said when it is not this one."""
    if not value:
        return "无期限"
    at = local(value)
    year = "" if at.year == local(timezone.now()).year else f"{at.year}年"
    if (at.hour, at.minute) == (23, 59):
        clock = "24时"
    else:
        clock = f"{at.hour}时" if at.minute == 0 else f"{at:%H:%M}"
    return f"{year}{at.month}月{at.day}日{clock}前"


def days_left(due: datetime, now: datetime) -> str:
    """剩2天 · 今天到期 · 逾期3天 · 逾期5小时; days are calendar days in Shanghai."""
    if now > due:
        late = now - due
        return f"逾期{late.days}天" if late.days else f"逾期{max(late.seconds // 3600, 1)}小时"
    days = (local(due).date() - local(now).date()).days
    return f"剩{days}天" if days else "今天到期"


# the light ---------------------------------------------------------------------------------------


def light_of(
    due: datetime | None, *, status: str = "open", historical: bool = False, now: datetime | None = None
) -> dict[str, str]:
    """{key, words, css, icon}: a light is never a colour alone."""
    now = now or timezone.now()
    if status in OVER:
        key, words = OVER[status]
    elif historical:
        key, words = "past", "历史"
    elif due is None:
        key, words = "ok", "长期"
    else:
        words = days_left(due, now)
        near = (local(due).date() - local(now).date()).days <= NEAR_DAYS
        key = "late" if now > due else "near" if near else "ok"
    return {"key": key, "words": words, "css": LIGHTS[key][1], "icon": f"light-{key}"}


@register.inclusion_tag("parts/light.html")
def light(thing: Any, why: str = "", brief: bool = False) -> dict[str, Any]:
    """`{% light duty %}` or `{% light due_at why="…" %}`; contexts stand in parts/light.html."""
    if thing is None or isinstance(thing, datetime):
        due, status, historical, provisional = thing, "open", False, False
    else:
        due = thing.due_at
        status = str(getattr(thing, "state", "") or getattr(thing, "status", "open"))
        historical = bool(getattr(thing, "historical", False))
        provisional = bool(getattr(thing, "provisional", False))
        why = why or str(getattr(thing, "why", "") or "")
    return {
        "light": light_of(due, status=status, historical=historical),
        "due": due,
        "why": why,
        "provisional": provisional,
        "brief": brief,
    }


# places and numbers ------------------------------------------------------------------------------


def _dms(value: float) -> str:
    seconds = round(abs(value) * 3600, 1)
    degrees, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{int(degrees)}°{int(minutes):02d}′{seconds:04.1f}″"


@register.filter
def coord(point: Any) -> str:
    """东经111°30′12.3″ 北纬39°25′01.0″ from anything with `longitude`/`latitude`, or (lon, lat)."""
    if point is None:
        return ""
    lon, lat = point if isinstance(point, tuple) else (point.longitude, point.latitude)
    if lon is None or lat is None:
        return ""
    return f"东经{_dms(float(lon))} 北纬{_dms(float(lat))}"


@register.filter
def num(value: int | float | Decimal | None, unit: str = "") -> str:
    """1 234.5吨: grouped, without idle zeros, never without its unit."""
    if value is None or value == "":
        return "—"
    text = f"{value:,}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text}{unit}"


# links and controls ------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def qs(context: template.Context, **changes: Any) -> str:
    """`{% qs unit=3 after=None %}`: this page's query string with changes; None removes."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for key, value in changes.items():
        if value is None:
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of static/img/icons.svg; without a label it is decoration and hidden from readers."""
    href = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', href)


@register.filter
def control_kind(field: BoundField) -> str:
    """check · choices · file · area · select · line: which frame parts/field.html gives it."""
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    kind = getattr(widget, "input_type", "")
    if kind in {"checkbox", "file", "select"}:
        return {"checkbox": "check"}.get(kind, kind)
    return "line" if kind else "area"


@register.simple_tag
def control(field: BoundField, unit: str = "", **attrs: Any) -> SafeString:
    """The widget with our class, and with everything written about it tied by aria-describedby."""
    kind = control_kind(field)
    css = f"{field.field.widget.attrs.get('class', '')} {CONTROL_CSS.get(kind, 'form-control')}".strip()
    about = [
        f"{field.auto_id}_{part}"
        for part, there in (("helptext", field.help_text), ("unit", unit), ("error", field.errors))
        if there
    ]
    attrs = {key.replace("_", "-"): value for key, value in attrs.items()} | {"class": css}
    if about and kind != "choices":
        attrs["aria-describedby"] = " ".join(about)
    if field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(widget=_typed_as_text(field.field.widget), attrs=attrs)


def _typed_as_text(widget: Widget) -> Widget:
    """A number typed wrongly must come back as typed; a number input would show nothing."""
    if getattr(widget, "input_type", "") != "number":
        return widget
    widget = copy(widget)
    widget.input_type = "text"  # type: ignore[attr-defined]
    widget.attrs = {key: value for key, value in widget.attrs.items() if key not in {"min", "max", "step"}}
    widget.attrs.setdefault("inputmode", "decimal")
    return widget


@register.filter
def field_fact(field: BoundField, name: str) -> str:
    """A fact that the column table hung on the form field (unit, when, reason), or nothing."""
    return getattr(field.field, name, "") or ""


@register.filter
def named(form: Any, name: str) -> BoundField:
    return form[name]


@register.filter
@stringfilter
def first_line(value: str) -> str:
    return value.strip().splitlines()[0] if value.strip() else ""


@register.filter
def nth(values: Any, index: int) -> Any:
    try:
        return values[index]
    except (IndexError, TypeError, KeyError):
        return ""


@register.filter
def item(row: Any, key: str) -> Any:
    return row.get(key, "") if row else ""


@register.simple_tag
def grid_rows(rows: list[dict[str, Any]] | str | None = None, blank: int | str = 10) -> list[dict[str, Any]]:
    """The rows of a grid, filled up with blank ones."""
    rows = list(rows or [])
    return rows + [{} for _ in range(max(int(blank or 10) - len(rows), 0))]


# a campaign's stages on a line ---------------------------------------------------------------------

STAGE_STEP = 20


@register.filter
def stage_y(index: int) -> int:
    """Top of the n-th bar."""
    return index * STAGE_STEP + 3


@register.filter
def stage_height(count: int) -> int:
    """Height of a line of so many bars."""
    return count * STAGE_STEP
