"""A county set up from its workbook owes its standing duties at once."""

import io

from django.core.management import call_command

from agencies.models import Agency
from duties.models import Duty, DutyRule

TEMPLATE = "docs/setup-county-template.xlsx"


def test_setup_county_loads_the_standing_rules(db, tmp_path):
    out = io.StringIO()
    call_command("setup_county", TEMPLATE, passwords=str(tmp_path / "p"), stdout=out)
    assert DutyRule.objects.filter(key="patrol.village.weekly").exists()
    village = Agency.objects.filter(kind="village").first()
    assert Duty.objects.filter(agency=village, kind="patrol", history=False).exists()
    assert "任务规则" in out.getvalue()


def test_a_second_run_adds_no_duty(db, tmp_path):
    counts = []
    for n in range(2):
        passwords = str(tmp_path / f"{n}")
        call_command("setup_county", TEMPLATE, passwords=passwords, stdout=io.StringIO())
        counts.append(Duty.objects.count())
    assert counts[0] == counts[1] > 0
