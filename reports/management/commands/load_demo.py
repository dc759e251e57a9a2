"""`manage.py load_demo`: fill an empty database with 示范县 and its last quarter."""

from typing import Any

from core.commands import HouseCommand
from reports.demo import load_demo


class Command(HouseCommand):
    """Demo county for `make demo`; refuses nothing, does nothing where people exist."""

    help = "载入示范县（空库）"

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say what was made."""
        made = load_demo()
        text = (
            f"示范县已载入：近{made['weeks']}周的巡查、台账和报表。"
            if made
            else "库中已有人员，没有载入示范县。"
        )
        self.stdout.write(text)
