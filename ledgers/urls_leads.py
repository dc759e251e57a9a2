"""Addresses of leads and of what is sealed beside them; part of ledgers.urls."""

from django.urls import path

from ledgers.views import lead_informants, lead_intake, lead_list, lead_record, lead_replies, lead_steps

LEAD = "cases/leads/<key:pk>/"
SEALED = "cases/leads/informants/<key:pk>/"
REVEAL = f"{SEALED}reveals/<key:reveal_pk>/"

urlpatterns = [
    path("cases/leads/", lead_list.index, name="leads"),
    path("cases/leads/new/", lead_intake.new, name="lead_new"),
    path("cases/leads/informants/", lead_informants.index, name="informants"),
    path(SEALED, lead_informants.show, name="informant"),
    path(f"{SEALED}ask/", lead_informants.ask, name="informant_ask"),
    path(f"{REVEAL}agree/", lead_informants.agree, name="informant_agree"),
    path(f"{REVEAL}refuse/", lead_informants.refuse, name="informant_refuse"),
    path(f"{REVEAL}see/", lead_informants.see, name="informant_see"),
    path(f"{REVEAL}papers/<key:file_pk>/", lead_informants.paper, name="informant_paper"),
    path(LEAD, lead_record.show, name="lead"),
    path(f"{LEAD}dispatch/", lead_steps.dispatch, name="lead_dispatch"),
    path(f"{LEAD}check/", lead_steps.check, name="lead_check"),
    path(f"{LEAD}answer/", lead_steps.answer, name="lead_answer"),
    path(f"{LEAD}reply/", lead_replies.reply, name="lead_reply"),
    path(f"{LEAD}merge/", lead_steps.merge, name="lead_merge"),
    path(f"{LEAD}informant/", lead_intake.informant, name="lead_informant"),
    path(f"{LEAD}do/<slug:name>/", lead_steps.move, name="lead_move"),
]
