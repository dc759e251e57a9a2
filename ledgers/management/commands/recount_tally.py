"""manage.py recount_tally [--agency CODE] [--fix]: is every tally what its rows say?"""

from __future__ import annotations

from django.core.management.base import CommandError, CommandParser

from agencies.models import Agency
from core import audit
from core.commands import HouseCommand
from ledgers.actions import tally


class Command(HouseCommand):
    """Exit 1 when a tally differs and --fix was not given."""

    help = "核对巡查汇总与巡查记录；--fix 按记录改正"

    def add_arguments(self, parser: CommandParser) -> None:
        """One unit only, and whether to mend."""
        parser.add_argument("--agency", default="", help="单位代码；不写则核对全部")
        parser.add_argument("--fix", action="store_true", help="按记录改正汇总")

    def handle(self, *args: object, **options: object) -> None:
        """Print each difference."""
        agency = None
        if options["agency"]:
            agency = Agency.objects.filter(code=options["agency"]).first()
            if agency is None:
                raise CommandError(f"没有代码为 {options['agency']} 的单位。")
        wrong = tally.fix(agency) if options["fix"] else tally.recount(agency)
        labels = dict(Agency.objects.values_list("pk", "code"))
        for found in wrong:
            unit = labels.get(found.agency_id)
            self.stdout.write(f"{unit} {found.day}：汇总{found.stored}，记录{found.counted}")
        if not wrong:
            self.stdout.write("汇总与记录一致。")
        elif options["fix"]:
            facts = {"command": "recount_tally", "fixed": len(wrong)}
            audit.record("command.run", actor=None, agency=agency, facts=facts)
            self.stdout.write(f"已改正{len(wrong)}处。")
        else:
            raise CommandError(f"有{len(wrong)}处不一致，加 --fix 改正。")
