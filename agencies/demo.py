"""示范县: a fictional county with a code outside the official range (design.md 6).

People carry role names; nobody in it is real. The tests' cast is the same county.
"""

from agencies.actions.county import AgencyRow, CountyPlan, DivisionRow, MemberRow
from agencies.models import AgencyKind as Kind
from agencies.models import Role

CITY = "9999"
COUNTY = "999921"
PASSWORD = "minewatch-demo"  # noqa: S105 – shown on the login page of the demo
BBOX = (111.40, 39.30, 111.66, 39.54)

TOWNSHIPS = {
    "qingshi": ("999921100", "青石镇", {"shangwan": "上湾村", "xiawan": "下湾村", "shimen": "石门村"}),
    "baiyang": ("999921101", "白杨镇", {"baiyangcun": "白杨村", "liulin": "柳林村", "hekou": "河口村"}),
    "huangsha": ("999921200", "黄沙乡", {"shaliang": "沙梁村", "qiangou": "前沟村", "hougou": "后沟村"}),
}
BUREAUS = {
    "nr": ("示范县自然资源局", "自然资源局", Kind.NATURAL_RESOURCES),
    "police": ("示范县公安局", "公安局", Kind.POLICE),
    "ecology": ("示范县生态环境分局", "生态环境分局", Kind.ECOLOGY),
    "emergency": ("示范县应急管理局", "应急局", Kind.EMERGENCY),
    "water": ("示范县水利局", "水利局", Kind.WATER),
    "energy": ("示范县能源局", "能源局", Kind.ENERGY),
    "forestry": ("示范县林业局", "林业局", Kind.FORESTRY),
    "market": ("示范县市场监督管理局", "市场监管局", Kind.MARKET),
    "transport": ("示范县交通运输局", "交通局", Kind.TRANSPORT),
    "power": ("示范县供电公司", "供电公司", Kind.POWER_GRID),
    "discipline": ("示范县纪委监委", "纪委监委", Kind.DISCIPLINE),
    "gang_office": ("示范县扫黑除恶斗争领导小组办公室", "扫黑办", Kind.GANG_OFFICE),
    "procuratorate": ("示范县人民检察院", "检察院", Kind.PROCURATORATE),
    "court": ("示范县人民法院", "法院", Kind.COURT),
    "publicity": ("示范县委宣传部", "宣传部", Kind.PUBLICITY),
    "development": ("示范县发展和改革局", "发改局", Kind.DEVELOPMENT),
    "tax": ("示范县税务局", "税务局", Kind.TAX),
    "finance": ("示范县财政局", "财政局", Kind.FINANCE),
    "personnel": ("示范县人力资源和社会保障局", "人社局", Kind.PERSONNEL),
    "staffing": ("示范县委编办", "编办", Kind.STAFFING),
    "approval": ("示范县行政审批服务管理局", "行政审批局", Kind.APPROVAL),
}
#: They work in systems of their own; the sender's clerk records their steps.
OFFLINE = frozenset({"court", "gang_office"})
OFFICE_NAME = "示范县打击非法采矿专班办公室"
ROLES = {
    "filler": ("填表人", Role.FILLER),
    "deputy": ("分管领导", Role.DEPUTY),
    "head": ("主要负责人", Role.HEAD),
    "officer": ("承办人", Role.OFFICER),
    "approver": ("审批", Role.APPROVER),
}
BUREAU_ROLES = {
    **dict.fromkeys(("nr", "police", "ecology"), ("officer", "approver", "head")),
    **dict.fromkeys(("emergency", "water"), ("officer", "approver")),
    **dict.fromkeys(("forestry", "market", "transport", "power"), ("officer",)),
    **dict.fromkeys(("publicity", "development", "tax", "finance"), ("officer",)),
    **dict.fromkeys(("personnel", "staffing", "approval"), ("officer",)),
}


def plan() -> CountyPlan:
    """The demo county: divisions, units and accounts, one password for all."""
    members = tuple(_members())
    return CountyPlan(
        divisions=tuple(_divisions()),
        agencies=tuple(_agencies()),
        members=members,
        passwords={member.username: PASSWORD for member in members},
    )


def _divisions():
    yield DivisionRow(COUNTY, "示范县", BBOX)
    for township, name, villages in TOWNSHIPS.values():
        yield DivisionRow(township, name)
        for n, village in enumerate(villages.values(), start=201):
            yield DivisionRow(f"{township}{n}", village)
    yield DivisionRow(CITY, "示范市")


def _agencies():
    yield AgencyRow("county", "示范县人民政府", Kind.COUNTY, COUNTY, short_name="县政府")
    yield AgencyRow("office", OFFICE_NAME, Kind.JOINT_OFFICE, COUNTY, "county", "专班办公室")
    for code, (name, short, kind) in BUREAUS.items():
        yield AgencyRow(code, name, kind, COUNTY, "county", short, code not in OFFLINE)
    for code, (division, name, villages) in TOWNSHIPS.items():
        yield AgencyRow(code, f"{name}人民政府", Kind.TOWNSHIP, division, "county", name)
        for n, (village, village_name) in enumerate(villages.items(), start=201):
            yield AgencyRow(
                village, f"{name}{village_name}村民委员会", Kind.VILLAGE, f"{division}{n}", code, village_name
            )
    yield AgencyRow(
        "city_office", "示范市专项行动办公室", Kind.CITY_OFFICE, CITY, "", "市专项行动办公室", online=False
    )


def _members():
    for code, (_division, name, villages) in TOWNSHIPS.items():
        for key in ("filler", "deputy", "head"):
            yield MemberRow(f"{code}.{key}", f"{name}{ROLES[key][0]}", code, (ROLES[key][1],))
        for village, village_name in villages.items():
            for key in ("filler", "head"):
                yield MemberRow(
                    f"{village}.{key}", f"{village_name}{ROLES[key][0]}", village, (ROLES[key][1],)
                )
    for code, keys in BUREAU_ROLES.items():
        for key in keys:
            yield MemberRow(f"{code}.{key}", f"{BUREAUS[code][1]}{ROLES[key][0]}", code, (ROLES[key][1],))
    yield MemberRow("office", "专班办公室经办人", "office", (Role.OFFICE,))
    yield MemberRow("leader", "督办县领导", "county", (Role.LEADER,))
    yield MemberRow("discipline", "纪委监委联络员", "discipline", (Role.OFFICER,))
    yield MemberRow("procuratorate", "检察院联络员", "procuratorate", (Role.OFFICER,))
    yield MemberRow("custodian", "举报信息保管人甲", "office", (Role.CUSTODIAN,))
    yield MemberRow("custodian2", "举报信息保管人乙", "office", (Role.CUSTODIAN,))
    yield MemberRow("auditor", "审计员", "", (Role.AUDITOR,))
    yield MemberRow("sysadmin", "系统管理员", "", (Role.SYSTEM_ADMIN,))
