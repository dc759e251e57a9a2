"""The phone-first form of one patrol row, and the same to correct one; ledgers.columns reads its texts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django import forms

from agencies.models import Agency
from ledgers.actions.refs import load_refs
from ledgers.actions.rows import EntryRow, place_of
from ledgers.columns import ANSWERS, BY_KEY, Problem, Refs, parse_row
from ledgers.forms.fields import Conditional, ConditionalChoice, PhotosField, PointField, answer, hung, text
from ledgers.models import Entry, Site
from minewatch.lib.clock import SHANGHAI, now

FINDINGS = ("illegal", "beyond", "irregular")
NONE, FOUND = "none", "found"
OUTCOMES = (
    (NONE, "未发现问题（没有非法违法盗采、越层越界、违规生产）"),
    (FOUND, "发现问题，或情况不清"),
)
ON_FOUND = f"outcome={FOUND}"
#: Columns whose text is the field's text.
PLAIN = (
    "location",
    "mineral",
    "measures",
    "remark",
    "patrolled_at",
    "people",
    "vehicles",
    "point",
    "accuracy_m",
)
PLACES = re.compile(r"\(E[0-9.]+,N[0-9.]+\)$")
SHOWN_AT = {
    "lon": "point",
    "lat": "point",
    "datum": "point",
    "patrolled_on": "patrolled_at",
    "seq": "location",
}


class EntryForm(forms.Form):
    """`sites` are those of `units`; after a valid check `row` is the row, `refs` what it was
    judged by and `notes` what to say of it."""

    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label="填报单位",
        to_field_name="code",
        empty_label=None,
        error_messages={"invalid_choice": "您不能为这个单位填报，请重新选择。"},
    )
    site = forms.ModelChoiceField(
        Site.objects.none(),
        label="监管对象",
        required=False,
        empty_label="（未登记的地点）",
        error_messages={"invalid_choice": "这个监管对象不在填报单位范围内，请重新选择。"},
    )
    location = text("location", help_text="选了监管对象可以不填。未登记的地点写到乡（镇）、村、沟")
    patrolled_at = text("patrolled_at", required=True, help_text="如 2022-09-23 14:30，默认现在")
    mineral = text("mineral", help_text="如 煤、铝土矿、建筑用砂。选了监管对象可以不填")
    licence = answer("licence")
    licence_text = hung(
        Conditional(label="证号或说明", max_length=90),
        when="licence=有",
        reason="因为选了“有”，可写明证号。没带在身边的可不填。",
    )
    shallow = answer("shallow")
    outcome = forms.ChoiceField(
        label="巡查结果",
        choices=OUTCOMES,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择巡查结果。"},
    )
    illegal = answer("illegal", kind=ConditionalChoice, when=ON_FOUND)
    beyond = answer("beyond", kind=ConditionalChoice, when=ON_FOUND)
    irregular = answer("irregular", kind=ConditionalChoice, when=ON_FOUND)
    measures = text(
        "measures",
        kind=Conditional,
        when=ON_FOUND,
        help_text="还没有采取措施的，写“已报告，待处置”",
        reason="因为发现了问题，请写明制止取缔及关闭情况，并尽量拍照、取位置。",
    )
    point = PointField()
    accuracy_m = forms.CharField(widget=forms.HiddenInput, required=False)
    point_source = forms.CharField(widget=forms.HiddenInput, required=False)
    photos = PhotosField(label="照片", help_text="最多12张，每张不超过15MB。没有问题的巡查不必拍照")
    evidence = forms.BooleanField(label="作为证据，按原图上传", required=False)
    night = forms.BooleanField(label="夜间巡查", required=False)
    people = text("people", unit=BY_KEY["people"].unit)
    vehicles = text("vehicles", unit=BY_KEY["vehicles"].unit)
    remark = text("remark")

    use_required_attribute = False

    def __init__(self, *args: Any, units: Any, sites: Any, picker: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row: EntryRow | None = None
        self.refs: Refs | None = None
        self.notes: list[str] = []
        self.fields["agency"].queryset = units
        self.fields["site"].queryset = sites
        for name in ("people", "vehicles"):
            self.fields[name].widget.attrs["inputmode"] = "numeric"
        if picker:
            about = {"data-picker": picker, "data-clears": "id_location id_mineral"}
            self.fields["site"].widget.attrs |= about
        if len(units) == 1:
            self.fields["agency"].widget = forms.HiddenInput()
            self.initial.setdefault("agency", units[0].code)
        self.initial.setdefault("patrolled_at", f"{now():%Y-%m-%d %H:%M}")

    def clean(self) -> dict[str, Any]:
        """Read the texts by the column table; each problem stands at its field."""
        facts = super().clean() or self.cleaned_data
        self._check_outcome(facts)
        unit = facts.get("agency")
        if unit is None or self.errors:
            return facts
        self.refs = load_refs(unit)
        parsed = parse_row(self._texts(facts), self.refs)
        for problem in parsed.problems:
            self._say(problem)
        if not self.errors:
            self.row = EntryRow.of(parsed.facts, site=facts.get("site"))
        return facts

    def _check_outcome(self, facts: dict[str, Any]) -> None:
        """One tap says that nothing was found; a finding beside it is a contradiction, never guessed away."""
        said = {key: facts.get(key) for key in FINDINGS}
        if facts.get("outcome") == NONE:
            for key, word in said.items():
                if word and word != BY_KEY[key].words[1]:
                    self.add_error(
                        "outcome", f"选了未发现问题，但“{BY_KEY[key].label}”填的是“{word}”，请核对。"
                    )
        elif facts.get("outcome") == FOUND:
            for key, word in said.items():
                if not word and key not in self.errors:
                    self.add_error(key, f"请选择{BY_KEY[key].label}。")
            if all(word == BY_KEY[key].words[1] for key, word in said.items()):
                self.add_error("outcome", "选了发现问题，但三项都填的是“否”，请核对。")

    def _texts(self, facts: dict[str, Any]) -> dict[str, str]:
        """The row as texts by column key, as a workbook would bring it."""
        texts = {key: str(facts.get(key) or "") for key in PLAIN}
        texts["patrolled_at"] = texts["patrolled_at"].replace("T", " ")
        if not texts["location"] and facts.get("site"):
            texts["location"] = place_of(facts["site"])
        none = facts.get("outcome") == NONE
        texts |= {key: BY_KEY[key].words[1] if none else facts.get(key) or "" for key in FINDINGS}
        texts["shallow"] = facts.get("shallow") or ""
        texts["licence"] = facts.get("licence") or ""
        if texts["licence"] == BY_KEY["licence"].words[0] and facts.get("licence_text"):
            texts["licence"] += f"（{facts['licence_text']}）"
        texts["night"] = "是" if facts.get("night") else ""
        if facts.get("point_source") == "browser" and texts["point"]:
            texts["datum"] = "WGS84"
        return texts

    def _say(self, problem: Problem) -> None:
        words = f"{problem.message}。{problem.mend}。" if problem.mend else f"{problem.message}。"
        field = SHOWN_AT.get(problem.column, problem.column)
        if problem.level == "error":
            self.add_error(field if field in self.fields else None, words)
        else:
            self.notes.append(words)


class CorrectionForm(EntryForm):
    """更正 of `entry`: the row as filed, and why it changes. Photos stay with the first row."""

    reason = forms.CharField(
        label="更正原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明更正原因。"},
    )

    def __init__(self, *args: Any, entry: Entry, **kwargs: Any) -> None:
        super().__init__(*args, initial=filed(entry), **kwargs)
        self.entry = entry
        del self.fields["photos"], self.fields["evidence"]

    def clean(self) -> dict[str, Any]:
        """What the form has no room for stays: 序号, words beside an answer, a day taken from the sheet."""
        facts = super().clean()
        if self.row is not None:
            old = self.entry
            kept: dict[str, Any] = {"seq": old.seq}
            for key in ANSWERS:
                same = getattr(self.row, key) == getattr(old, key)
                if same and not getattr(self.row, f"{key}_text"):
                    kept[f"{key}_text"] = getattr(old, f"{key}_text")
            if not self.has_moved("patrolled_at"):
                kept |= {"patrolled_at": old.patrolled_at, "precision": old.precision}
            if not self.has_moved("point", "location"):
                kept |= {
                    key: getattr(old, key) for key in ("lon", "lat", "datum", "coordinate_raw", "accuracy_m")
                }
            self.row = replace(self.row, **kept)
        return facts

    def has_moved(self, *names: str) -> bool:
        """Whether one of these texts differs from the filed one."""
        now, then = self.cleaned_data, self.initial
        return any(str(now.get(name) or "") != str(then.get(name) or "") for name in names)


def like(entry: Entry) -> dict[str, Any]:
    """同上次: place, mineral and permit of an earlier row; never what was found there."""
    return {
        "agency": entry.agency.code,
        "site": entry.site_id,
        "location": "" if entry.site_id else PLACES.sub("", entry.location),
        "mineral": entry.mineral,
        "licence": BY_KEY["licence"].display(entry.licence),
        "licence_text": detail(entry.licence_text),
        "shallow": BY_KEY["shallow"].display(entry.shallow),
    }


def detail(words: str) -> str:
    """What stands in brackets behind an answer: 有（C140…） → C140…."""
    found = re.search(r"[（(](.+)[)）]$", words)
    return found[1] if found else ""


def filed(entry: Entry) -> dict[str, Any]:
    """A filed row as the texts of the form."""
    nothing = all(getattr(entry, key) == "no" for key in FINDINGS)
    at = entry.patrolled_at
    return like(entry) | {
        "location": entry.location,
        "patrolled_at": f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else entry.patrolled_on.isoformat(),
        "outcome": NONE if nothing else FOUND,
        **{key: BY_KEY[key].display(getattr(entry, key)) for key in FINDINGS},
        "measures": entry.measures,
        "point": entry.coordinate_raw or _point_text(entry),
        "accuracy_m": entry.accuracy_m,
        "night": entry.night,
        "people": entry.people,
        "vehicles": entry.vehicles,
        "remark": entry.remark,
    }


def _point_text(entry: Entry) -> str:
    return f"E{entry.lon:.6f},N{entry.lat:.6f}" if entry.lon is not None and entry.lat is not None else ""
