"""Addresses of lists and items."""

from django.urls import path

from duties.views import items, list_filling, lists

urlpatterns = [
    path("duties/lists/", lists.index, name="lists"),
    path("duties/lists/new/", lists.new, name="list_new"),
    path("duties/lists/<key:pk>/", lists.show, name="list"),
    path("duties/lists/<key:pk>/export.xlsx", lists.export, name="list_export"),
    path("duties/lists/<key:pk>/print/", lists.printed, name="list_print"),
    path("duties/lists/<key:pk>/freeze/", lists.freeze, name="list_freeze"),
    path("duties/lists/<key:pk>/add/", list_filling.add, name="item_new"),
    path("duties/lists/<key:pk>/upload/", list_filling.upload, name="list_upload"),
    path("duties/lists/<key:pk>/template.xlsx", list_filling.template, name="list_template"),
    path("duties/lists/<key:pk>/objects/", list_filling.from_register, name="list_objects"),
    path("duties/items/<key:pk>/", items.show, name="item"),
    path("duties/items/<key:pk>/answer/", items.answer, name="item_answer"),
    path("duties/items/<key:pk>/submit/", items.submit, name="item_submit"),
    path("duties/items/<key:pk>/reopen/", items.reopen, name="item_reopen"),
    path("duties/items/<key:pk>/<slug:name>/", items.move, name="item_move"),
]
