"""Plain official text out of figures (domain.md E.2). It says what the numbers say and nothing more."""

from __future__ import annotations

from reports.kinds.content import Numbers

NAMES_SHOWN = 12


def paragraphs(numbers: Numbers, words: str, *, this: str, next_one: str) -> dict[str, str]:
    """The four paragraphs of a report over `words` (2022年9月17日至9月23日)."""
    work = (_patrols(numbers, words), _papers(numbers, this), _leads(numbers, this))
    return {
        "work": "\n".join(filter(None, work)),
        "data": _data(numbers),
        "problems": "\n".join(filter(None, (_findings(numbers, this), _missing(numbers)))),
        "plans": "\n".join(_steps(numbers, next_one)),
    }


def _patrols(n: Numbers, words: str) -> str:
    if not n["patrols"]:
        return f"{words}，没有巡查检查记录。"
    forces = [f"{n[key]}{unit}" for key, unit in (("people", "人次"), ("vehicles", "车次")) if n[key]]
    told = f"，出动{'、'.join(forces)}" if forces else "，出动人数、车辆未作登记"
    night = f"，其中夜间巡查{n['night']}条" if n["night"] else "，没有夜间巡查记录"
    sites = f"，覆盖在册监管对象{n['sites']}个" if n["sites"] else ""
    return f"{words}，共巡查检查点位{n['patrols']}条{told}{night}{sites}。"


def _papers(n: Numbers, this: str) -> str:
    parts = [f"已签批巡查检查台账{n['signed_sheets']}份"] if n["signed_sheets"] else []
    parts += [f"零报告{n['zero_sheets']}份"] if n["zero_sheets"] else []
    parts += [f"上报线索{n['leads']}条"] if n["leads"] else []
    return f"{this}{'，'.join(parts)}。" if parts else ""


def _leads(n: Numbers, this: str) -> str:
    """举报和线索: what was checked, with its results, and who was answered."""
    kinds = (("leads_true", "属实"), ("leads_partly", "部分属实"), ("leads_false", "不属实"))
    found = "、".join(f"{name}{n[key]}条" for key, name in kinds if n[key])
    parts = [f"核查线索{n['leads_checked']}条（{found}）"] if n["leads_checked"] else []
    parts += [f"反馈处置结果{n['leads_answered']}条"] if n["leads_answered"] else []
    parts += [f"答复举报人的线索{n['tips_replied']}条"] if n["tips_replied"] else []
    late = (("leads_checked_late", "核查"), ("leads_answered_late", "反馈"), ("tips_replied_late", "答复"))
    told = "、".join(f"超期{name}{n[key]}条" for key, name in late if n[key])
    return f"{this}{'，'.join(parts)}{f'，其中{told}' if told else ''}。" if parts else ""


def _data(n: Numbers) -> str:
    told = "本期及累计数据见下表，累计自当年1月1日起计算。"
    if n["late"]:
        told += f"本期另收到以前各期补报的巡查记录{n['late']}条，不计入本期数，按巡查日期计入累计数。"
    return told


def _findings(n: Numbers, this: str) -> str:
    if not n["patrols"]:
        return f"{this}没有巡查检查记录，有无问题尚不掌握。"
    if not n["findings"]:
        return f"{this}巡查检查未发现非法违法盗采、越层越界和违规生产行为。"
    kinds = (("illegal", "非法违法盗采"), ("beyond", "越层越界"), ("irregular", "违规生产"))
    told = "、".join(f"{name}{n[key]}条" for key, name in kinds if n[key])
    several = sum(n[key] for key, _ in kinds) > n["findings"]
    note = "（同一点位有多类问题的，合计按一条计）" if several else ""
    rest = n["findings"] - n["stopped"]
    done = f"已登记制止取缔情况{n['stopped']}条" + (f"，尚有{rest}条未登记。" if rest else "。")
    return f"{this}巡查检查发现问题{n['findings']}条，其中{told}{note}，{done}"


def _missing(n: Numbers) -> str:
    if not n["missing_units"]:
        return ""
    names = "、".join(n.missing[:NAMES_SHOWN])
    more = "等" if len(n.missing) > NAMES_SHOWN else ""
    return f"应开展巡查而未报送巡查记录的单位{n['missing_units']}个：{names}{more}。"


def _steps(n: Numbers, next_one: str) -> list[str]:
    steps = []
    if n["findings"]:
        steps.append("对发现的问题逐条跟踪处置，防止死灰复燃。")
    if n["findings"] > n["stopped"]:
        steps.append(f"补齐{n['findings'] - n['stopped']}条问题的制止取缔情况。")
    if n["missing_units"]:
        steps.append("督促应报未报单位尽快开展巡查并报送台账，无情况的实行零报告。")
    steps.append(f"{next_one}继续按规定频次开展巡查检查，发现非法违法采矿行为立即制止并报告。")
    if len(steps) == 1:
        return steps
    return [f"（{'一二三四五'[place]}）{step}" for place, step in enumerate(steps)]
