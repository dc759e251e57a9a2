"""Forms of bodies and posts: shape only; every rule stands in agencies.actions.bodies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from agencies.forms import DayField, Form, PersonField, UnitField
from agencies.models import Agency, Body, Member, Post


class BodyField(forms.ModelChoiceField):
    """A body by its name."""

    def label_from_instance(self, body: Body) -> str:
        """The name."""
        return body.name


class PostField(forms.ModelChoiceField):
    """A post on record by person, title and unit."""

    def label_from_instance(self, post: Post) -> str:
        """Person, title, unit."""
        name = post.member.name if post.member_id else post.person
        return f"{name}（{post.get_title_display()}，{post.agency.label}）"


class BodyForm(Form):
    """A body made by hand."""

    name = forms.CharField(label="机构名称", max_length=80)
    kind = forms.ChoiceField(label="类别", choices=Body.Kind.choices)
    parent = BodyField(Body.objects.none(), label="上级机构", required=False, empty_label="（无）")
    seat = UnitField(Agency.objects.none(), label="办公地点设在", required=False, empty_label="（未定）")
    minimum = forms.IntegerField(
        label="不少于（人）", min_value=1, required=False, help_text="专班有最少人数要求的填写。"
    )
    formed_on = DayField(label="成立日期")
    basis = forms.CharField(label="依据", max_length=200, required=False, help_text="文件名称和文号。")

    def __init__(self, *args: Any, parents: QuerySet[Body], seats: QuerySet[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = parents
        self.fields["seat"].queryset = seats


class ProposeForm(Form):
    """Who is to sit in the body for a unit, from when, in whose place."""

    agency = UnitField(Agency.objects.none(), label="所在单位", empty_label=None)
    title = forms.ChoiceField(label="职务", choices=Post.Title.choices, initial=Post.Title.MEMBER)
    member = PersonField(
        Member.objects.none(),
        label="人员（有账号的）",
        required=False,
        empty_label="（没有账号，在下面填写姓名）",
    )
    person = forms.CharField(label="姓名（没有账号的填写）", max_length=40, required=False)
    duty_in_unit = forms.CharField(label="单位职务", max_length=60, required=False, help_text="例如 副局长。")
    valid_from = DayField(label="任职日期")
    replaces = PostField(
        Post.objects.none(),
        label="接替",
        required=False,
        empty_label="（新增，不接替任何人）",
        help_text="备案后，被接替的人员自任职日期前一日起不再担任。",
    )
    reason = forms.CharField(label="变动原因", max_length=200, required=False, help_text="例如 工作变动。")
    supervises = forms.BooleanField(
        label="担任督办领导（逾期事项提醒到本人；限组长、副组长）", required=False
    )

    def __init__(
        self,
        *args: Any,
        units: QuerySet[Agency],
        people: QuerySet[Member],
        posts: QuerySet[Post],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = units
        self.fields["member"].queryset = people
        self.fields["replaces"].queryset = posts


class EndForm(Form):
    """The last day and why."""

    on = DayField(label="截止日期")
    reason = forms.CharField(label="原因", max_length=200)
