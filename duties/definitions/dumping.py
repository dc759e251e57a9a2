"""A definition as YAML text, in the order of docs/campaigns.md, such that read(dump(d)) == d."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import yaml

from duties.definitions.definition import Definition
from duties.definitions.shape import DAY, SCHEMA

#: A mapping that fits on one line is written so, as the shipped files do.
INLINE = 96
WIDE = 10_000


def dump(definition: Definition) -> str:
    """YAML with Chinese unescaped, the same keys and values, in a stable order."""
    parts = []
    for key in _in_order(definition.data, _schema()["properties"]):
        value = _dressed(definition.data[key], _schema()["properties"].get(key, {}))
        parts.append(yaml.dump({key: value}, Dumper=_Dumper, **_STYLE))
    return "".join(parts)


_STYLE: dict[str, Any] = {
    "allow_unicode": True,
    "sort_keys": False,
    "width": WIDE,
    "default_flow_style": False,
}


class _Dumper(yaml.SafeDumper):
    """Indents lists under their key, never writes an anchor, quotes what would read as something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    """Days stay plain: our reader keeps them as text."""
    style = None
    if not DAY.fullmatch(text):
        resolved = dumper.resolve(yaml.ScalarNode, text, (True, False))
        style = '"' if resolved != "tag:yaml.org,2002:str" else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)
    return yaml.ScalarNode("tag:yaml.org,2002:timestamp", text)


class _Inline(dict):
    """A mapping to be written on one line."""


def _inline(dumper: _Dumper, row: _Inline) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", row.items(), flow_style=True)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Inline, _inline)


@cache
def _schema() -> dict[str, Any]:
    return json.loads(SCHEMA.read_text(encoding="utf-8"))


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    ref = schema.get("$ref", "")
    return _schema()["$defs"][ref.rsplit("/", 1)[1]] if ref else schema


def _in_order(row: dict[str, Any], properties: dict[str, Any]) -> list[str]:
    """Keys in the schema's order; what it does not name keeps its place behind them."""
    order = {key: n for n, key in enumerate(properties)}
    return sorted(row, key=lambda key: order.get(key, len(order)))


def _dressed(value: Any, schema: dict[str, Any]) -> Any:
    schema = _resolved(schema)
    if isinstance(value, list):
        return [_dressed(item, schema.get("items", {})) for item in value]
    if not isinstance(value, dict):
        return value
    known = schema.get("properties", {})
    other = schema.get("additionalProperties")
    row = {
        key: _dressed(value[key], known.get(key) or (other if isinstance(other, dict) else {}))
        for key in _in_order(value, known)
    }
    short = len(json.dumps(row, ensure_ascii=False)) <= INLINE
    return _Inline(row) if short and not any("\n" in str(item) for item in row.values()) else row
