"""Form fields made from the one column table."""

from __future__ import annotations

from typing import Any

from django import forms

from ledgers.columns import BY_KEY
from minewatch.lib.coordinates import BadCoordinate, Point, parse_point


class Conditional(forms.CharField):
    """Asked for only after a certain answer (`when`), with the reason said; whether it was needed is judged
    by the form, so it is never shown as 可不填.
    """

    def validate(self, value: Any) -> None:
        """Nothing here."""


class ConditionalChoice(forms.ChoiceField):
    """A choice that is asked for only after a certain answer."""

    def validate(self, value: Any) -> None:
        """A value must be one of the choices; none is judged by the form."""
        if value:
            super().validate(value)


class MultipleFileInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos; opened and judged by the action."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"multiple": True, "accept": "image/jpeg,image/png,image/webp"}
        super().__init__(widget=MultipleFileInput(attrs=attrs), required=False, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files as a list; an empty file is named."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(PhotosField, self).clean(file, initial) for file in files]


class PointField(forms.CharField):
    """One point in any spelling; `point_of` gives the reading."""

    def __init__(self, **kwargs: Any) -> None:
        column = BY_KEY["point"]
        super().__init__(
            label=column.label, help_text=column.help, max_length=column.max_length, required=False, **kwargs
        )

    def clean(self, value: Any) -> str:
        """The text as typed, if it can be read."""
        text = super().clean(value)
        point_of(text)
        return text


def point_of(text: str) -> Point | None:
    """The point a text gives; None when empty. Raises ValidationError."""
    if not text.strip():
        return None
    try:
        return parse_point(text)
    except BadCoordinate as error:
        raise forms.ValidationError(str(error)) from None


def answer(key: str, *, kind: type[forms.ChoiceField] = forms.ChoiceField, **facts: str) -> forms.ChoiceField:
    """A yes/no column as three taps in the words of the paper."""
    column = BY_KEY[key]
    field = kind(
        label=column.label,
        choices=[(word, word) for word in column.words],
        widget=forms.RadioSelect,
        error_messages={"required": f"请选择{column.label}。"},
    )
    return hung(field, **facts)


def text(key: str, *, kind: type[forms.CharField] = forms.CharField, **facts: Any) -> forms.CharField:
    """A text column as a line, or an area where the paper has room."""
    column = BY_KEY[key]
    long = column.kind == "long"
    field = kind(
        label=column.label,
        help_text=facts.pop("help_text", column.help),
        max_length=column.max_length or None,
        required=facts.pop("required", False),
        widget=forms.Textarea(attrs={"rows": 3}) if long else None,
    )
    return hung(field, **facts)


def hung(field: forms.Field, **facts: str) -> Any:
    """Hang facts for parts/field.html on a field: unit, when, reason."""
    for name, value in facts.items():
        setattr(field, name, value)
    return field
