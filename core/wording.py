"""What a person writes into a field: stripped, not empty where it is asked for, not longer than it may be."""

from __future__ import annotations

from core.errors import DomainError


def words(text: str, label: str, field: str, most: int, *, needed: bool = True) -> str:
    """The stripped text, or a DomainError at `field` that says what is wrong; `most` in characters."""
    text = text.strip()
    if needed and not text:
        raise DomainError(f"请填写{label}。", field=field)
    if len(text) > most:
        raise DomainError(f"{label}有{len(text)}个字，请缩短到{most}字以内。", field=field)
    return text
