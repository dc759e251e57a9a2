"""Workings of the sentinel kept so far do not tell which other cases were counted: nobody reads of those lines
that name another case or an earlier penalty any more, whoever may not read one of them included."""

from django.db import migrations

UNKNOWN = 0  # no case has this id


def apart(working):
    """The working with `others`, and `own` where something of another case was counted."""
    lines = working.get("lines", [])
    own = [line for line in lines if not _counts_others(line)]
    kept = working | {"lines": lines}
    return kept | ({"others": []} if len(own) == len(lines) else {"others": [UNKNOWN], "own": own})


def _counts_others(line):
    repeated = line["key"] == "mining.repeat." and line["measured"] not in (None, "0")
    return repeated or "另案" in line["sentence"] or "标准减半" in line["sentence"]


def tell_apart(apps, editor):
    """Idempotent: what tells its other cases stays as it is."""
    for name, fields in (("LineDecision", ["computation"]), ("Downgrade", ["before", "after"])):
        for row in apps.get_model("cases", name).objects.all():
            for field in fields:
                working = getattr(row, field)
                setattr(row, field, working if "others" in working else apart(working))
            row.save(update_fields=fields)


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_law_data")]

    operations = [migrations.RunPython(tell_apart, migrations.RunPython.noop)]
