"""Forms of a draft referral: what is sent, its papers, its goods; shape only, the rules are the action's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from agencies.forms import Form
from cases.models import Paper
from cases.retelling import HINT
from duties.forms.meetings import area, by_pk

if TYPE_CHECKING:
    from agencies.models import Agency
    from cases.models import Referral
    from core.models import StoredFile

NONE = ("", "不对应线索、案件")
ACCEPT = ".pdf,.docx,.xlsx,image/jpeg,image/png"
FILE_HELP = "PDF、照片、docx、xlsx，不超过20MB。"


class DraftForm(Form):
    """A draft, new or changed; its kind is chosen on the page before."""

    sender = forms.ChoiceField(label="移送单位")
    receiver = forms.ChoiceField(label="接收单位")
    about = forms.ChoiceField(label="对应的线索或者案件", required=False)
    title = forms.CharField(label="案由", max_length=120, strip=True)
    summary = area("事实和理由", 8, max_length=10000)
    purpose = forms.CharField(
        label="请求事项",
        max_length=200,
        required=False,
        help_text="希望对方做什么，例如：请依法立案侦查；请依法查处并反馈结果。",
    )

    def __init__(
        self,
        *args: Any,
        senders: Sequence[Agency],
        receivers: Sequence[Agency],
        abouts: Sequence[tuple[str, str]] = (),
        retold: bool = False,
        referral: Referral | None = None,
        **kwargs: Any,
    ) -> None:
        if referral is not None:
            kwargs["initial"] = _initial(referral)
        super().__init__(*args, **kwargs)
        if retold:
            self.fields["summary"].help_text = HINT
        self.units = {str(unit.pk): unit for unit in (*senders, *receivers)}
        self.fields["sender"].choices = by_pk(senders)
        if len(senders) == 1:
            self.fields["sender"].widget = forms.HiddenInput()
            self.fields["sender"].initial = str(senders[0].pk)
        self.fields["receiver"].choices = [("", "请选择"), *by_pk(receivers)]
        if len(receivers) == 1:
            self.fields["receiver"].initial = str(receivers[0].pk)
        if abouts:
            self.fields["about"].choices = [NONE, *abouts]
        else:
            del self.fields["about"]

    def facts(self) -> dict[str, Any]:
        """What `referrals.draft` and `referrals.edit` both ask."""
        data = self.cleaned_data
        found = {name: data[name] for name in ("title", "summary", "purpose")}
        return found | {"receiver": self.units[data["receiver"]]}


def _initial(referral: Referral) -> dict[str, Any]:
    return {
        "sender": str(referral.sender_id),
        "receiver": str(referral.receiver_id),
        "title": referral.title,
        "summary": referral.summary,
        "purpose": referral.purpose,
    }


class PaperForm(Form):
    """One line of 移送材料清单: uploaded, or one of the files that the lead or case has."""

    kind = forms.ChoiceField(label="类别", choices=Paper.Kind.choices)
    name = forms.CharField(label="材料名称", max_length=120, strip=True)
    copies = forms.IntegerField(label="份数", min_value=1, max_value=999, initial=1)
    stored = forms.ChoiceField(
        label="从线索、案件材料中选", required=False, help_text="选了已有材料的，不用再上传。"
    )
    upload = forms.FileField(
        label="上传文件",
        required=False,
        help_text=f"{FILE_HELP}只移送纸质材料的可以不传。",
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    withheld = forms.CharField(
        label="不移送的内容和理由",
        max_length=200,
        required=False,
        help_text="例如：举报人姓名、电话不移送，依法保密。整份不移送的，不选文件，写明理由；部分不移送的，传处理后的文件。",
    )

    def __init__(self, *args: Any, offered: Iterable[StoredFile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(row.pk): row for row in offered}
        if self.offered:
            self.fields["stored"].choices = [("", "不选")] + [
                (key, row.name) for key, row in self.offered.items()
            ]
        else:
            del self.fields["stored"]

    def facts(self) -> dict[str, Any]:
        """What `referrals.add_paper` is asked."""
        data = self.cleaned_data
        found = {name: data[name] for name in ("kind", "name", "copies", "withheld", "upload")}
        return found | {"file": self.offered.get(data.get("stored") or "")}


class GoodsForm(Form):
    """One line of 涉案物品清单."""

    name = forms.CharField(label="名称", max_length=80, strip=True)
    spec = forms.CharField(label="规格型号", max_length=80, required=False)
    quantity = forms.DecimalField(label="数量", min_value=0, max_digits=14, decimal_places=3)
    unit = forms.CharField(label="单位", max_length=12, help_text="例如：吨、台、套、元。")
    features = forms.CharField(label="特征", max_length=120, required=False)
    place = forms.CharField(label="存放地点", max_length=120, required=False)
    source = forms.CharField(label="来源", max_length=120, required=False)
    note = forms.CharField(label="备注", max_length=120, required=False)
