"""What we serve from other people is exactly what the manifest says, with its licence beside it."""

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
FILES = json.loads((VENDOR / "MANIFEST.json").read_text())["files"]


def test_every_file_has_the_recorded_hash() -> None:
    wrong = [
        row["file"]
        for row in FILES
        if hashlib.sha256((VENDOR / row["file"]).read_bytes()).hexdigest() != row["sha256"]
    ]
    assert wrong == []


def test_nothing_lies_there_unrecorded() -> None:
    there = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert there == {row["file"] for row in FILES} | {"MANIFEST.json"}


def test_each_package_brings_its_licence() -> None:
    packages = {row["package"] for row in FILES}
    assert packages == {row["package"] for row in FILES if row["file"].endswith("LICENSE")}
    assert all(row["licence"] and row["version"] for row in FILES)


def test_no_file_points_at_a_source_map() -> None:
    assert [r["file"] for r in FILES if b"sourceMappingURL" in (VENDOR / r["file"]).read_bytes()] == []


def test_versions_are_those_of_the_lock() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]
    assert {(r["package"], r["version"]) for r in FILES} <= {
        (path.removeprefix("node_modules/"), row.get("version")) for path, row in lock.items()
    }


def test_the_lock_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "frontend" / "package-lock.json").read_text()
