"""Addresses of agencies: entering the house, and what stands under 更多."""

from django.urls import path

from agencies.views import acting, audit, bodies, leaving, locked, more, password, people, signin, units

app_name = "agencies"
urlpatterns = [
    path("login/", signin.login, name="login"),
    path("login/inline/", signin.login_inline, name="login_inline"),
    path("logout/", signin.logout, name="logout"),
    path("session/", signin.session, name="session"),
    path("password/", password.change, name="password"),
    path("more/", more.index, name="more"),
    path("more/people/", people.index, name="people"),
    path("more/people/add/", people.add, name="person_add"),
    path("more/people/locked/", locked.index, name="locked"),
    path("more/people/locked/<key:pk>/unlock/", locked.unlock, name="unlock"),
    path("more/people/<key:pk>/", people.show, name="person"),
    path("more/people/<key:pk>/move/", people.move, name="person_move"),
    path("more/people/<key:pk>/leave/", leaving.leave, name="person_leave"),
    path("more/people/<key:pk>/handover/", leaving.hand_over, name="person_handover"),
    path("more/people/<key:pk>/enable/", people.enable, name="person_enable"),
    path("more/people/<key:pk>/reset/", people.reset, name="person_reset"),
    path("more/acting/", acting.index, name="acting"),
    path("more/acting/add/", acting.add, name="acting_add"),
    path("more/acting/<key:pk>/end/", acting.end, name="acting_end"),
    path("more/units/", units.index, name="units"),
    path("more/units/add/", units.add, name="unit_add"),
    path("more/units/<key:pk>/", units.show, name="unit"),
    path("more/units/<key:pk>/edit/", units.edit, name="unit_edit"),
    path("more/bodies/", bodies.index, name="bodies"),
    path("more/bodies/add/", bodies.add, name="body_add"),
    path("more/bodies/<key:pk>/", bodies.show, name="body"),
    path("more/bodies/<key:pk>/propose/", bodies.propose, name="body_propose"),
    path("more/bodies/<key:pk>/end/", bodies.end, name="body_end"),
    path("more/bodies/<key:pk>/roll.<slug:ending>", bodies.export, name="body_roll"),
    path("more/bodies/posts/<key:pk>/", bodies.show_post, name="post"),
    path("more/bodies/posts/<key:pk>/record/", bodies.record_post, name="post_record"),
    path("more/bodies/posts/<key:pk>/refuse/", bodies.refuse_post, name="post_refuse"),
    path("more/bodies/posts/<key:pk>/end/", bodies.end_post, name="post_end"),
    path("more/audit/", audit.index, name="audit"),
    path("more/audit/verify/", audit.verify, name="audit_verify"),
]
