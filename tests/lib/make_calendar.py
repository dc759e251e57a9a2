"""Write minewatch/lib/data/calendar.csv from chinesecalendar: `python -m tests.lib.make_calendar`.

A development script: the product reads the file only. The numbers of the notices are typed here because
chinesecalendar does not carry them.
"""

import csv
import io
from datetime import date

from chinese_calendar import Holiday
from chinese_calendar.constants import holidays, workdays

from minewatch.lib.workdays import DATA

YEARS = range(2019, 2027)
NOTICES = {
    2019: "国办发明电〔2018〕15号",
    2020: "国办发明电〔2019〕16号",
    2021: "国办发明电〔2020〕27号",
    2022: "国办发明电〔2021〕11号",
    2023: "国办发明电〔2022〕16号",
    2024: "国办发明电〔2023〕7号",
    2025: "国办发明电〔2024〕12号",
    2026: "国办发明电〔2025〕7号",
}
AMENDED = (  # later notices that changed a year's first one
    (date(2019, 4, 28), date(2019, 5, 5), "国办发明电〔2019〕3号"),
    (date(2020, 1, 31), date(2020, 2, 2), "国办发明电〔2020〕1号"),
)
NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


def source(day: date) -> str:
    for first, last, number in AMENDED:
        if first <= day <= last:
            return number
    return NOTICES[day.year + 1 if (day.month, day.day) >= (12, 20) else day.year]


def rows():
    for kind, table in (("holiday", holidays), ("workday", workdays)):
        for day, name in table.items():
            if day.year in YEARS:
                chinese = Holiday(name).chinese
                yield day.isoformat(), kind, NAMES.get(chinese, chinese), source(day)


def text() -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("date", "kind", "name", "source"))
    writer.writerows(sorted(rows()))
    return out.getvalue()


if __name__ == "__main__":
    DATA.write_text(text(), encoding="utf-8")
