"""回避 and leads: no lead goes to a unit that must stay out, and nothing on the way says why."""

from __future__ import annotations

import pytest

from agencies.models import Agency
from core.access import barred_units, grant, revoke
from core.errors import DomainError
from core.models import Access, Notice
from ledgers.actions import leads
from ledgers.actions.leads import checking, guard
from ledgers.lead_rules import targets
from ledgers.models import Lead
from tests.ledgers.make_leads import answered, checked, lead, owed, passed

BARRED = Access.Relation.BARRED


def sees(cast, who: str, one: Lead) -> bool:
    return Lead.objects.visible_to(cast.member(who)).filter(pk=one.pk).exists()


def bar(one: Lead, **whom) -> None:
    grant(one.matter, BARRED, **whom)


# passed on and returned -------------------------------------------------------------------------------


def test_a_lead_returned_to_a_unit_that_must_stay_out_goes_to_the_unit_above(cast):
    one = passed(cast, lead(cast), signed=False)
    bar(one, agency=cast.unit("nr"))
    leads.send_back(lead=one, by=cast.water_officer, reason="不在河道管理范围")
    above = cast.unit("nr").parent
    assert one.holder == above and owed(one) == {"verify": above.code} and sees(cast, "leader", one)
    assert not Notice.objects.filter(kind="lead.sent_back", member__agency__code="nr").exists()


def test_where_nobody_above_could_sign_it_goes_to_the_joint_office(cast):
    one = passed(cast, lead(cast), signed=False)
    bar(one, agency=cast.unit("nr"))
    Agency.objects.filter(pk=cast.unit("nr").parent_id).update(is_active=False)
    leads.send_back(lead=one, by=cast.water_officer, reason="不在河道管理范围")
    assert one.holder == cast.unit("office")


def test_where_nobody_could_take_it_back_it_stays_and_the_page_says_what_to_do(cast):
    one = passed(cast, lead(cast), signed=False)
    for code in ("nr", "office"):
        bar(one, agency=cast.unit(code))
    bar(one, agency=cast.unit("nr").parent)
    with pytest.raises(DomainError, match="签收后分派") as caught:
        leads.send_back(lead=one, by=cast.water_officer, reason="不在河道管理范围")
    one.refresh_from_db()
    assert one.holder.code == "water" and one.status == "sent" and "回避" not in str(caught.value)


def test_a_unit_whose_recusal_was_lifted_may_have_the_lead_again(cast):
    one, water = lead(cast), cast.unit("water")
    bar(one, agency=water)
    assert barred_units([one.matter_id]) == {water.pk} and water not in targets(cast.nr_officer, one)
    revoke(one.matter, BARRED, agency=water)
    assert barred_units([one.matter_id]) == set() and water in targets(cast.nr_officer, one)


def test_a_lead_with_others_merged_into_it_goes_to_no_unit_that_must_stay_out_of_one_of_them(cast):
    first, later = lead(cast), lead(cast)
    leads.merge(lead=later, into=first, by=cast.nr_officer)
    bar(later, agency=cast.unit("water"))
    with pytest.raises(DomainError):
        passed(cast, first)


def test_a_recusal_that_comes_first_is_asked_for_behind_the_lock(cast, monkeypatch):
    one, water = lead(cast), cast.unit("water")
    # a 回避 decided by somebody else commits while this act waits for the affair
    monkeypatch.setattr(guard, "hold", lambda matter: bar(one, agency=water))
    with pytest.raises(DomainError):
        leads.dispatch(lead=one, to=water, by=cast.nr_officer, reason="请核查")
    assert Lead.objects.get().holder.code == "nr"


def test_of_the_officers_too(cast, monkeypatch):
    one = lead(cast)
    monkeypatch.setattr(checking, "hold", lambda matter: bar(one, member=cast.nr_approver))
    with pytest.raises(DomainError) as caught:
        checked(cast, one, officers=[cast.nr_officer, cast.nr_approver])
    assert caught.value.field == "officers" and not one.checks.exists()


# merged -----------------------------------------------------------------------------------------------


def test_a_lead_is_merged_into_none_whose_holder_must_stay_out_of_it(cast):
    first, later = lead(cast), lead(cast, "water.officer", "water")
    bar(later, agency=cast.unit("nr"))
    with pytest.raises(DomainError) as caught:
        leads.merge(lead=later, into=first, by=cast.office)
    assert caught.value.field == "into" and "回避" not in str(caught.value)
    assert owed(later) == {"verify": "water"}


@pytest.mark.parametrize("finding", ["true", "false"])
def test_who_must_stay_out_of_a_merged_lead_answers_the_main_one_and_learns_nothing(cast, finding):
    first, later = lead(cast), lead(cast)
    leads.merge(lead=later, into=first, by=cast.nr_officer)
    bar(later, member=cast.nr_head)
    checked(cast, first, finding)
    if finding == "true":
        answered(cast, first, "nr.head")
    else:
        leads.confirm(lead=first, by=cast.nr_head)
    later.refresh_from_db()
    assert later.feedback and owed(later) == {} and not sees(cast, "nr.head", later)


def test_the_page_of_the_answer_does_so_too(cast):
    first, later = lead(cast), lead(cast)
    leads.merge(lead=later, into=first, by=cast.nr_officer)
    bar(later, member=cast.nr_officer)
    checked(cast, first)
    sent = {"ending": "site", "text": "责令停止，已填平采坑", "version": first.version}
    page = cast.client("nr.officer").post(f"/cases/leads/{first.pk}/answer/", sent)
    first.refresh_from_db()
    assert page.status_code == 302 and first.feedback == "责令停止，已填平采坑"
