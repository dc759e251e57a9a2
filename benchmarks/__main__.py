"""The command: `python -m benchmarks run | compare | growth`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import compare, growth, runner
from benchmarks.scales import SCALES
from benchmarks.scenarios import NAMES

DATABASES = ("sqlite", "postgres")


def parser() -> argparse.ArgumentParser:
    """All commands; `worker` and `memory` are what a run starts for itself."""
    root = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = root.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="measure, verify, print gate and aim side by side")
    run.add_argument("--scale", choices=SCALES, default="ci")
    _common(run)
    run.add_argument("--out", type=Path, help="write the results as JSON")
    run.add_argument("--report-only", action="store_true", help="a missed gate does not fail the run")
    run.set_defaults(act=runner.run)
    two = commands.add_parser("compare", help="two result files side by side")
    two.add_argument("old", type=Path)
    two.add_argument("new", type=Path)
    two.set_defaults(act=compare.run)
    curve = commands.add_parser("growth", help="the exponent b of t = a·n^b between scales")
    curve.add_argument("--scales", nargs="+", choices=SCALES, default=["small", "ci", "1x"])
    _common(curve)
    curve.set_defaults(act=growth.run)
    for name in ("worker", "memory"):
        inner = commands.add_parser(name)
        inner.add_argument("--rows", type=int, required=True)
        inner.add_argument("--only", nargs="*", default=None)
        inner.add_argument("--out", type=Path, required=True)
        inner.set_defaults(act=_inner(name))
    return root


def _common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--only", action="append", choices=NAMES, help="one scenario; may be repeated")
    command.add_argument("--database", choices=(*DATABASES, "both"), default="both")


def _inner(name: str):
    def act(options: argparse.Namespace) -> int:
        from benchmarks import worker

        return getattr(worker, name)(options)

    return act


def main() -> int:
    """Run the command; its number is the exit code."""
    options = parser().parse_args()
    if getattr(options, "database", ""):
        options.databases = DATABASES if options.database == "both" else (options.database,)
    return options.act(options)


if __name__ == "__main__":
    sys.exit(main())
