"""The demo county's last quarter, acted through the ordinary doors (design.md 6)."""

from reports.demo.story import load_demo

__all__ = ["load_demo"]
