"""Addresses of law data and of the line to crime."""

from django.urls import URLPattern, path

from cases.views import law, prices, sentinel

urlpatterns: list[URLPattern] = [
    path("cases/law/", law.offences, name="law"),
    path("cases/law/lines/", law.lines, name="lines"),
    path("cases/law/lines/new/", law.figure_new, name="figure_new"),
    path("cases/law/figures/<key:pk>/", law.figure, name="figure"),
    path("cases/law/figures/<key:pk>/<slug:move>/", law.figure_move, name="figure_move"),
    path("cases/law/prices/", prices.prices, name="prices"),
    path("cases/law/prices/new/", prices.price_new, name="price_new"),
    path("cases/law/prices/<key:pk>/", prices.price, name="price"),
    path("cases/law/prices/<key:pk>/withdraw/", prices.price_withdraw, name="price_withdraw"),
    path("cases/at-line/", sentinel.index, name="at_line"),
    path("cases/<key:pk>/line/", sentinel.show_standing, name="line_standing"),
    path("cases/<key:pk>/line/decide/", sentinel.decide, name="line_decide"),
    path("cases/line-decisions/<key:pk>/", sentinel.show, name="line_decision"),
    path("cases/line-decisions/<key:pk>/<slug:move>/", sentinel.take, name="line_move"),
]
