"""Pure rules of units and people, asked by the actions and by the county workbook alike.

Each returns the problem in Chinese as (field, message), or None.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from agencies.models import AgencyKind, Role
from agencies.models.members import EXCLUSIVE_ROLES

Problem = tuple[str, str]

ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
UNIT_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
PHONE = re.compile(r"\+?[0-9][0-9 -]{4,18}")
DIVISION_LEVELS = (2, 4, 6, 9, 12)

#: Roles that exist in one kind of unit only; every other business role may stand in any unit.
ROLE_KINDS = {
    Role.OFFICE: (AgencyKind.JOINT_OFFICE, AgencyKind.CITY_OFFICE),
    Role.LEADER: (AgencyKind.COUNTY,),
}
#: Posts in which somebody may act (代理/主持工作); custodians of informants and system roles are not lent.
ACTING_ROLES = (
    Role.FILLER,
    Role.DEPUTY,
    Role.HEAD,
    Role.OFFICER,
    Role.APPROVER,
    Role.OFFICE,
    Role.LEADER,
)
#: Kinds a person may choose for a unit.
UNIT_KINDS = tuple(kind for kind in AgencyKind if kind != AgencyKind.SYSTEM)
#: Length of the division code a unit of that kind stands in; a unit of any other kind may stand at 2, 4 or 6.
KIND_LEVELS = {AgencyKind.TOWNSHIP: (9,), AgencyKind.VILLAGE: (12,), AgencyKind.COUNTY: (6,)}


def account_problem(username: str) -> Problem | None:
    """Accounts are lower case so that capital and full-width spellings are one name."""
    if ACCOUNT.fullmatch(username):
        return None
    return "username", "账号只能用小写字母、数字、点、横线和下划线，以字母或数字开头，2至60个字符。"


def phone_problem(phone: str) -> Problem | None:
    """Digits, blanks and dashes; may be empty."""
    if not phone or PHONE.fullmatch(phone):
        return None
    return "phone", "电话只能填数字，例如 13800000000 或 0350-1234567。"


def roles_problem(roles: Collection[str], kind: str | None) -> Problem | None:
    """系统管理/审计/业务 exclude each other (三员分立); `kind` is the unit's kind, None without a unit."""
    if not roles:
        return "roles", "请至少选择一个角色。"
    unknown = [role for role in roles if role not in Role.values]
    if unknown:
        return "roles", "选择的角色不存在，请重新选择。"
    system = EXCLUSIVE_ROLES & set(roles)
    if system and len(set(roles)) > 1:
        return "roles", "系统管理员、审计员、业务人员须由不同的人担任（三员分立），不能同时选择。"
    if system and kind is not None:
        return "agency", "系统管理员和审计员不属于业务单位，请把单位留空。"
    if not system and kind is None:
        return "agency", "请选择单位；只有系统管理员和审计员不填单位。"
    for role in roles:
        kinds = ROLE_KINDS.get(Role(role))
        if kinds and kind not in kinds:
            names = "、".join(str(AgencyKind(one).label) for one in kinds)
            return "roles", f"“{Role(role).label}”只设在{names}，请改选其他角色或单位。"
    return None


def unit_code_problem(code: str) -> Problem | None:
    """The unit's code stands before the dot of its accounts."""
    if UNIT_CODE.fullmatch(code):
        return None
    return "code", "单位代码只能用小写字母、数字、横线和下划线，以字母或数字开头，不超过40个字符。"


def level_problem(kind: str, division_code: str) -> Problem | None:
    """A township stands in a township's division, a village in a village's, the others above them."""
    wanted = KIND_LEVELS.get(AgencyKind(kind), (2, 4, 6))
    if len(division_code) in wanted:
        return None
    digits = "、".join(str(n) for n in wanted)
    return "division", f"“{AgencyKind(kind).label}”类单位的行政区划代码应为{digits}位。"
