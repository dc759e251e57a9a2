"""Addresses of referrals and of the three ledgers over them."""

from django.urls import path

from cases.views import ledgers, referral_drafts, referral_moves, referral_papers, referral_record, referrals

AT = "cases/referrals/<key:pk>/"

urlpatterns = [
    path("cases/referrals/", referrals.index, name="referrals"),
    path("cases/referrals/new/", referral_drafts.new, name="referral_new"),
    path(AT, referral_record.show, name="referral"),
    path(f"{AT}edit/", referral_drafts.edit, name="referral_edit"),
    path(f"{AT}papers/", referral_drafts.papers, name="referral_papers"),
    path(f"{AT}papers/<key:paper>/drop/", referral_drafts.drop_paper, name="referral_paper_drop"),
    path(f"{AT}papers/<key:paper>/file/", referral_papers.paper_file, name="referral_paper_file"),
    path(f"{AT}goods/", referral_drafts.goods, name="referral_goods"),
    path(f"{AT}goods/<key:row>/drop/", referral_drafts.drop_goods, name="referral_goods_drop"),
    path(f"{AT}do/<slug:name>/", referral_moves.take, name="referral_move"),
    path(f"{AT}steps/<key:step>/check/", referral_moves.check, name="referral_check"),
    path(f"{AT}steps/<key:step>/scan/", referral_moves.scan, name="referral_scan"),
    path(f"{AT}steps/<key:step>/files/<key:file>/", referral_papers.step_file, name="referral_step_file"),
    path(f"{AT}print/", referral_papers.printed, name="referral_print"),
    path(f"{AT}receipt/", referral_papers.receipt, name="referral_receipt"),
    path(f"{AT}letter.docx", referral_papers.letter_docx, name="referral_letter"),
    path(f"{AT}goods.docx", referral_papers.goods_docx, name="referral_goods_list"),
    path("cases/ledgers/<slug:kind>/", ledgers.show, name="ledger"),
]
