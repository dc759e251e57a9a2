"""Forms of what follows a served decision: 复议、诉讼, what they changed, 没收物处置; shape only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from agencies.forms import Form
from cases.actions.cases.remedies import RESULTS
from cases.disposing import WAYS
from cases.forms.cases import amount, paper
from cases.models import Party, Penalty, Remedy
from cases.remedies import answer_words
from duties.forms.meetings import DayField, area


class RemedyForm(Form):
    """行政复议、行政诉讼 as it was brought."""

    kind = forms.ChoiceField(label="类别", choices=Remedy.Kind.choices, widget=forms.RadioSelect)
    party = forms.ChoiceField(label="提起人", required=False)
    organ = forms.CharField(label="复议机关、法院", max_length=80, strip=True)
    filed_on = DayField(label="提起日期", help_text="复议申请、起诉的日期；自这一天起不计加处罚款。")
    number = forms.CharField(label="受理（立案）文号", max_length=80, required=False)
    halted = forms.BooleanField(
        label="复议机关、法院决定停止执行",
        required=False,
        help_text="没有这样的决定，复议、诉讼期间不停止执行（行政处罚法第七十三条）。",
    )
    notified_on = DayField(
        label="收到申请书、起诉状副本的日期",
        required=False,
        help_text="自收到之日起，复议10个工作日（简易程序5个工作日）内提交答复，诉讼15日内提交答辩状；逾期不提交的，"
        "视为处罚没有证据、依据。",
    )
    simple = forms.BooleanField(
        label="复议适用简易程序", required=False, help_text="以复议机关的通知为准（行政复议法第五十三条）。"
    )
    note = area("请求和理由", 4, max_length=1000, required=False)
    upload = paper("受理通知书、答复或者应诉通知书", required=False)

    def __init__(self, *args: Any, parties: Iterable[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parties = {str(row.pk): row for row in parties}
        named = [(pk, row.name) for pk, row in self.parties.items()]
        self.fields["party"].choices = [("", "全部当事人"), *named]

    def facts_of(self) -> dict[str, Any]:
        """What `save_remedy` is asked."""
        data = dict(self.cleaned_data)
        file = data.pop("upload")
        return data | {
            "party": self.parties.get(data["party"]),
            "upload": (file.name, file) if file else None,
        }


class AnswerForm(Form):
    """The unit's own 答复 or 答辩."""

    answered_on = DayField(label="提交日期")
    upload = paper("答复书、答辩状和证据目录")

    def __init__(self, *args: Any, remedy: Remedy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = answer_words(remedy)
        self.fields["upload"].label = words
        self.fields["upload"].error_messages["required"] = f"请上传{words}。"


class ResultForm(Form):
    """How it ended."""

    result = forms.ChoiceField(label="结果", widget=forms.RadioSelect)
    ended_on = DayField(
        label="日期", help_text="收到复议决定书的日期；诉讼填裁判生效的日期，一审后上诉的等二审裁判。"
    )
    number = forms.CharField(label="决定（裁判）文号", max_length=80, required=False)
    note = area("决定（裁判）内容", 4, max_length=1000, required=False)
    upload = paper("复议决定书、裁判文书")

    def __init__(self, *args: Any, remedy: Remedy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["result"].choices = [(row.value, row.label) for row in RESULTS[Remedy.Kind(remedy.kind)]]
        self.fields["upload"].error_messages["required"] = "请上传复议决定书、裁判文书。"


class VaryForm(Form):
    """A penalty as it was changed."""

    fine = amount("变更后的金额", "元")
    quantity = amount("变更后的数量", "吨", 3)
    text = area("变更的内容和依据", 4, max_length=1000)

    def __init__(self, *args: Any, penalty: Penalty, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fine"].required = penalty.kind == Penalty.Kind.FINE
        self.fields["fine"].help_text = "免除罚款的填0。"
        if penalty.kind not in (Penalty.Kind.FINE, *WAYS):
            del self.fields["fine"]
        if penalty.kind != Penalty.Kind.GOODS:
            del self.fields["quantity"]


class DisposalForm(Form):
    """One 处置 of what was confiscated."""

    way = forms.ChoiceField(label="处置方式", widget=forms.RadioSelect)
    disposed_on = DayField(label="处置日期")
    receiver = forms.CharField(label="接收单位（拍卖机构、国库）", max_length=80, required=False)
    quantity = amount("数量", "吨", 3)
    amount = amount("上缴国库", "元")
    receipt = forms.CharField(
        label="缴款书（票据）号", max_length=60, required=False, help_text="有上缴款项的必填。"
    )
    note = area("说明", 3, max_length=300, required=False)
    complete = forms.BooleanField(
        label="全部处置完毕", required=False, help_text="分几次处置的，最后一次才选。"
    )
    upload = paper("移交清单、拍卖文书、缴款书")

    def __init__(self, *args: Any, penalty: Penalty, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = WAYS.get(penalty.kind, ())
        self.fields["way"].choices = [(row.value, row.label) for row in ways]
        if len(ways) == 1:
            self.fields["way"].initial = ways[0].value
        if penalty.kind != Penalty.Kind.GOODS:
            del self.fields["quantity"]
        self.fields["upload"].error_messages["required"] = "请上传移交清单、拍卖文书或者缴款书。"
