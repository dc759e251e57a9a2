"""Put the generated county into the database: units by the product's own door, rows in bulk."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
from collections.abc import Iterator

from django.db import connection, transaction

from agencies.actions.county import AgencyRow, CountyPlan, DivisionRow, MemberRow, load_county
from agencies.models import Agency, AgencyKind, Member, Role
from benchmarks import datagen
from duties.actions.loading import load_rules
from ledgers.models import Entry, Sheet, Site
from minewatch.lib.clock import SHANGHAI
from minewatch.lib.hashing import sha256

COUNTY = "999922"
CHUNK = 20_000


def county() -> list[Agency]:
    """The units in datagen's order: county office first, townships, villages; plus two members."""
    divisions = [DivisionRow(COUNTY, "基准县", (111.40, 39.30, 111.66, 39.54))]
    agencies = [AgencyRow("bench", "基准县专班办公室", AgencyKind.JOINT_OFFICE, COUNTY)]
    for t in range(datagen.TOWNSHIPS):
        code = f"{COUNTY}{100 + t}"
        divisions.append(DivisionRow(code, f"第{t + 1}镇"))
        agencies.append(AgencyRow(f"t{t}", f"第{t + 1}镇人民政府", AgencyKind.TOWNSHIP, code, "bench"))
    for t, v in itertools.product(range(datagen.TOWNSHIPS), range(datagen.VILLAGES)):
        code = f"{COUNTY}{100 + t}{201 + v}"
        divisions.append(DivisionRow(code, f"第{t + 1}镇{v + 1}村"))
        agencies.append(
            AgencyRow(f"t{t}v{v}", f"第{t + 1}镇{v + 1}村委会", AgencyKind.VILLAGE, code, f"t{t}")
        )
    members = (
        MemberRow("bench.office", "经办人", "bench", (Role.OFFICE,)),
        MemberRow("bench.filler", "填表人", "t0", (Role.FILLER,)),
    )
    load_county(plan=CountyPlan(tuple(divisions), tuple(agencies), members), must_change_password=False)
    found = {agency.code: agency for agency in Agency.objects.all()}
    return [found[row.code] for row in agencies]


def sites(units: list[Agency]) -> list[Site]:
    """500 sites, spread over the townships."""
    made = []
    for n in range(datagen.SITES):
        township = units[1 + n % datagen.TOWNSHIPS]
        village = units[1 + datagen.TOWNSHIPS + n % datagen.TOWNSHIPS * datagen.VILLAGES]
        made.append(
            Site(
                number=f"S{n:04}",
                name=f"第{n + 1}号采石场",
                kind="mine",
                division=village.division,
                agency=township,
                village=village,
                initials=f"d{n}hcsc",
            )
        )
    return Site.objects.bulk_create(made)


def entries(n: int, units: list[Agency], places: list[Site]) -> None:
    """`n` entries with their sheets and tallies, by COPY or executemany."""
    filler = Member.objects.get(username="bench.filler").pk
    sheets = _sheets(units)
    names = [f.attname for f in Entry._meta.concrete_fields if f.attname != "id"]
    stream = (_values(k, row, units, places, sheets, filler) for k, row in enumerate(datagen.rows(n)))
    with transaction.atomic():
        while chunk := list(itertools.islice(stream, CHUNK)):
            _write(Entry._meta.db_table, names, [[values[name] for name in names] for values in chunk])
    with connection.cursor() as cursor:
        cursor.execute(TALLY)
        cursor.execute("ANALYZE")


TALLY = """
INSERT INTO ledgers_tally (agency_id, day, entries, illegal, beyond, irregular, night, people, vehicles)
SELECT agency_id, patrolled_on, COUNT(*), SUM(CASE WHEN illegal = 'yes' THEN 1 ELSE 0 END),
       SUM(CASE WHEN beyond = 'yes' THEN 1 ELSE 0 END), SUM(CASE WHEN irregular = 'yes' THEN 1 ELSE 0 END),
       SUM(CASE WHEN night THEN 1 ELSE 0 END), SUM(COALESCE(people, 0)), SUM(COALESCE(vehicles, 0))
FROM ledgers_entry WHERE voided_at IS NULL GROUP BY agency_id, patrolled_on
"""


def _sheets(units: list[Agency]) -> dict[tuple[int, str], int]:
    months = sorted(
        {(datagen.FIRST_DAY + dt.timedelta(days=d)).strftime("%Y-%m") for d in range(datagen.DAYS)}
    )
    made = Sheet.objects.bulk_create(
        [
            Sheet(agency=unit, period=month, first_day=f"{month}-01", last_day=f"{month}-28")
            for unit in units
            for month in months
        ],
        batch_size=2000,
    )
    return {(sheet.agency_id, sheet.period): sheet.pk for sheet in made}


def _values(k, row, units, places, sheets, filler) -> dict[str, object]:
    unit = units[row.unit]
    at = dt.datetime.combine(row.day, dt.time(row.minute // 60, row.minute % 60), SHANGHAI)
    period = f"{row.day:%Y-%m}"
    answer = {name: "yes" if row.finding == name else "no" for name in datagen.FINDINGS}
    return {
        "agency_id": unit.pk,
        "sheet_id": sheets[unit.pk, period],
        "site_id": places[row.site].pk,
        "period": period,
        "identity": sha256(str(k).encode()),
        "nth": 1,
        "seq": k % 40 + 1,
        "location": f"{unit.name}{places[row.site].name}",
        "mineral": row.mineral,
        "licence": "yes",
        "licence_text": "有",
        "shallow": "no",
        "shallow_text": "否",
        "illegal": answer["illegal"],
        "illegal_text": "",
        "beyond": answer["beyond"],
        "beyond_text": "",
        "irregular": answer["irregular"],
        "irregular_text": "",
        "measures": "现场责令停止" if row.finding else "无异常",
        "remark": row.remark,
        "patrolled_on": row.day,
        "patrolled_at": at,
        "precision": "minute",
        "night": row.night,
        "people": row.people,
        "vehicles": row.vehicles,
        "lon": row.lon,
        "lat": row.lat,
        "datum": "CGCS2000",
        "coordinate_raw": "",
        "accuracy_m": 12.0,
        "source": "upload",
        "late_entry": row.delay_hours > 720,
        "filed_by_id": filler,
        "filed_for": False,
        "recorded_at": at + dt.timedelta(hours=row.delay_hours),
        "voided_at": None,
        "void_reason": "",
        "voided_by_id": None,
        "supersedes_id": None,
        "upload_id": None,
    }


def _write(table: str, names: list[str], lines: list[list[object]]) -> None:
    columns = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv)", _csv(lines))
        else:
            marks = ", ".join("%s" for _ in names)
            stored = ([_stored(value) for value in line] for line in lines)
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(stored))


def _stored(value: object) -> object:
    """A value as Django keeps it in SQLite: moments in UTC."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ")
    return value.isoformat() if isinstance(value, dt.date) else value


def _csv(lines: list[list[object]]) -> io.StringIO:
    out = io.StringIO()
    writer = csv.writer(out)
    for line in lines:
        # csv spells None as an empty unquoted field, which COPY reads as NULL; empty text must be quoted
        writer.writerow([EMPTY if value == "" else value for value in line])
    return io.StringIO(out.getvalue().replace(EMPTY, '""'))


EMPTY = "\x01"


def load(n: int) -> Iterator[str]:
    """Everything; yields a line a step. The standing rules of a county owe their duties as they would."""
    units = county()
    yield f"{len(units)} units"
    yield f"{load_rules(county=units[0].division)['opened']} duties"
    places = sites(units)
    yield f"{len(places)} sites"
    entries(n, units, places)
    yield f"{Entry.objects.count()} entries"
