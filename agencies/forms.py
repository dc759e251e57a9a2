"""Forms of agencies: shape only; every rule stands in the actions. Fields are listed one by one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from agencies.models import Agency, AgencyKind, Division, Member, Role
from agencies.people import colleagues
from agencies.rules import ACTING_ROLES, UNIT_KINDS
from core.audit import VERBS
from minewatch.lib.text import BadDate, parse_day

ROLE_HELP = "系统管理员、审计员、业务人员须由不同的人担任。"


class DayField(forms.DateField):
    """A day in any spelling the house reads."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def to_python(self, value: Any) -> dt.date | None:
        """The day, or a message that says how to write it."""
        if value in self.empty_values:
            return None
        try:
            return parse_day(value)
        except BadDate as error:
            raise forms.ValidationError(str(error), code="invalid") from None


class UnitField(forms.ModelChoiceField):
    """A unit by its name."""

    def label_from_instance(self, agency: Agency) -> str:
        """The full name."""
        return agency.name


class PersonField(forms.ModelChoiceField):
    """A person with the unit."""

    def label_from_instance(self, member: Member) -> str:
        """Name and unit, and the account to tell namesakes apart."""
        return f"{member.label}（{member.username}）"


class Form(forms.Form):
    """A form whose empty fields are asked for by name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            verb = "选择" if isinstance(field, forms.ChoiceField) else "填写"
            field.error_messages["required"] = f"请{verb}{field.label}。"
            if isinstance(field, forms.ChoiceField):
                field.error_messages["invalid_choice"] = f"选择的{field.label}不存在或不能选，请重新选择。"


def roles_field() -> forms.MultipleChoiceField:
    """The roles of a person as ticks."""
    return forms.MultipleChoiceField(
        label="角色",
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=ROLE_HELP,
    )


def unit_field() -> UnitField:
    """A unit in service; empty for system roles."""
    return UnitField(
        Agency.objects.active(),
        label="单位",
        required=False,
        empty_label="（不填：系统管理员、审计员）",
    )


class SignInForm(Form):
    """Account and password."""

    username = forms.CharField(
        label="账号",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label="密码",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(Form):
    """The old password and the new one twice."""

    old = forms.CharField(
        label="当前密码",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="新密码",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一遍新密码",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both spellings of the new password are one."""
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "两次输入的新密码不一致，请重新输入。")
        return data


class MemberForm(Form):
    """A new account."""

    username = forms.CharField(
        label="账号",
        max_length=60,
        help_text="小写字母、数字和点，例如 qingshi.filler；以后不能更改。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    name = forms.CharField(label="姓名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    agency = unit_field()
    roles = roles_field()
    phone = forms.CharField(
        label="电话",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.active()


class HandoverForm(Form):
    """Who takes over."""

    hand_to = PersonField(Member.objects.none(), label="由谁接办", empty_label="请选择")

    def __init__(self, *args: Any, source: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hand_to"].queryset = colleagues(source.agency, source)


class LeaveForm(HandoverForm):
    """Disabling; handing over in the same act is offered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hand_to"].required = False
        self.fields["hand_to"].empty_label = "（暂不移交）"


class MoveForm(HandoverForm):
    """Another unit or other roles."""

    agency = unit_field()
    roles = roles_field()
    field_order = ["agency", "roles", "hand_to"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hand_to"].required = False
        self.fields["hand_to"].label = "原单位未办事项由谁接办"
        self.fields["hand_to"].help_text = "换单位时，有未办事项必须选择；只调整角色不用填。"
        self.fields["hand_to"].empty_label = "（不移交）"


class ActingForm(Form):
    """An acting person."""

    agency = UnitField(Agency.objects.none(), label="单位", empty_label="请选择")
    role = forms.ChoiceField(label="代理的职务", choices=[(role.value, role.label) for role in ACTING_ROLES])
    member = PersonField(
        Member.objects.none(),
        label="代理人员",
        empty_label="请选择",
        help_text="本单位或上级单位的人员；不能指定自己。",
    )
    valid_from = DayField(label="开始日期")
    valid_to = DayField(label="结束日期", required=False, help_text="不填表示到结束代理为止。")
    basis = forms.CharField(label="依据", max_length=200, help_text="文件名称和文号，或会议纪要。")

    def __init__(
        self,
        *args: Any,
        agencies: Any,
        people: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies
        self.fields["member"].queryset = people


class UnitForm(Form):
    """A unit; `code` only when it is new."""

    code = forms.CharField(
        label="单位代码",
        max_length=40,
        help_text="小写字母和数字，例如 qingshi；以后不能更改。",
    )
    name = forms.CharField(label="单位名称", max_length=80)
    short_name = forms.CharField(label="简称", max_length=30, required=False)
    kind = forms.ChoiceField(label="类别", choices=[(kind.value, kind.label) for kind in UNIT_KINDS])
    division = forms.ModelChoiceField(Division.objects.all(), label="行政区划", empty_label="请选择")
    parent = UnitField(Agency.objects.active(), label="上级单位", required=False, empty_label="（无）")
    online = forms.BooleanField(label="在线单位（不勾选为线下，由专班办公室代录）", required=False)
    is_active = forms.BooleanField(label="在用", required=False)

    def __init__(self, *args: Any, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].queryset = Division.objects.all()
        self.fields["parent"].queryset = Agency.objects.active()
        self.fields["division"].label_from_instance = lambda row: f"{row.name}（{row.code}）"
        del self.fields["is_active" if new else "code"]


# filters of lists (GET) ---------------------------------------------------------------------------


class PeopleFilter(Form):
    """Which people the list shows."""

    q = forms.CharField(label="姓名、账号、电话或拼音首字母", max_length=40, required=False)
    agency = UnitField(Agency.objects.none(), label="单位", required=False, empty_label="全部")
    role = forms.ChoiceField(label="角色", required=False, choices=[("", "全部"), *Role.choices])
    state = forms.ChoiceField(
        label="账号",
        required=False,
        choices=[("", "在用"), ("off", "停用"), ("all", "全部")],
    )

    def __init__(self, *args: Any, agencies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies


class UnitFilter(Form):
    """Which units the list shows."""

    q = forms.CharField(label="名称、代码或拼音首字母", max_length=40, required=False)
    kind = forms.ChoiceField(
        label="类别",
        required=False,
        choices=[("", "全部"), *((kind.value, kind.label) for kind in AgencyKind)],
    )
    state = forms.ChoiceField(
        label="单位",
        required=False,
        choices=[("", "在用"), ("off", "停用"), ("all", "全部")],
    )


class AuditFilter(Form):
    """Which entries the auditor reads."""

    day = DayField(label="日期", required=False)
    actor = forms.CharField(label="操作人姓名", max_length=40, required=False)
    verb = forms.ChoiceField(label="动作", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verbs = sorted((verb.label, name) for name, verb in VERBS.items())
        self.fields["verb"].choices = [("", "全部"), *((name, f"{label}（{name}）") for label, name in verbs)]
