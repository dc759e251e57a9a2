"""Addresses of 包联, cards and accountability."""

from django.urls import path

from duties.views import accountability, cards, visit_tasks, visits

urlpatterns = [
    path("duties/visits/", visits.index, name="visits"),
    path("duties/visits/assign/", visits.assign, name="assignment_new"),
    path("duties/visits/areas/<key:pk>/", visits.show, name="assignment"),
    path("duties/visits/areas/<key:pk>/end/", visits.end, name="assignment_end"),
    path("duties/visits/areas/<key:pk>/task/", visit_tasks.tie, name="assignment_task"),
    path("duties/visits/new/", visits.new, name="visit_new"),
    path("duties/visits/records/", visits.records, name="visit_records"),
    path("duties/visits/records/<key:pk>/", visits.record, name="visit"),
    path("duties/visits/records/<key:pk>/withdraw/", visits.withdraw, name="visit_withdraw"),
    path("duties/cards/", cards.index, name="cards"),
    path("duties/cards/new/", cards.new, name="card_new"),
    path("duties/cards/<key:pk>/", cards.show, name="card"),
    path("duties/cards/<key:pk>/show/", cards.approve, name="card_show"),
    path("duties/cards/<key:pk>/refuse/", cards.refuse, name="card_refuse"),
    path("duties/cards/<key:pk>/lift/", cards.lift, name="card_lift"),
    path("duties/accountability/", accountability.index, name="accountabilities"),
    path("duties/accountability/new/", accountability.new, name="accountability_new"),
    path("duties/accountability/<key:pk>/", accountability.show, name="accountability"),
]
