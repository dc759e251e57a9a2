"""Addresses of meetings and orders."""

from django.urls import path

from duties.views import decisions, meeting_steps, meetings, order_papers, order_steps, orders, receipts

urlpatterns = [
    path("duties/meetings/", meetings.index, name="meetings"),
    path("duties/meetings/new/", meeting_steps.new, name="meeting_new"),
    path("duties/meetings/<key:pk>/", meetings.show, name="meeting"),
    path("duties/meetings/<key:pk>/amend/", meeting_steps.amend, name="meeting_amend"),
    path("duties/meetings/<key:pk>/hold/", meeting_steps.hold, name="meeting_hold"),
    path("duties/meetings/<key:pk>/minutes/", decisions.minutes, name="meeting_minutes"),
    path("duties/meetings/<key:pk>/report/", meeting_steps.report, name="meeting_report"),
    path("duties/meetings/<key:pk>/cancel/", meeting_steps.cancel, name="meeting_cancel"),
    path("duties/meetings/<key:pk>/print/", decisions.printed, name="meeting_print"),
    path("duties/meetings/<key:pk>/docx/", decisions.document, name="meeting_docx"),
    path("duties/decisions/<key:pk>/", decisions.show, name="decision"),
    path("duties/orders/", orders.index, name="orders"),
    path("duties/orders/xlsx/", order_papers.export, name="orders_xlsx"),
    path("duties/orders/new/", order_steps.new, name="order_new"),
    path("duties/orders/<key:pk>/", orders.show, name="order"),
    path("duties/orders/<key:pk>/edit/", order_steps.edit, name="order_edit"),
    path("duties/orders/<key:pk>/issue/", order_steps.issue, name="order_issue"),
    path("duties/orders/<key:pk>/withdraw/", order_steps.withdraw, name="order_withdraw"),
    path("duties/orders/<key:pk>/print/", order_papers.printed, name="order_print"),
    path("duties/receipts/<key:pk>/answer/", receipts.answer, name="receipt_answer"),
    path("duties/receipts/<key:pk>/<slug:name>/", receipts.move, name="receipt_move"),
]
