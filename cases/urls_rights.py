"""Addresses of who knows an affair: 回避, 受邀协办, 封存, 查看事由."""

from django.urls import path

from cases.views import rights, rights_steps

urlpatterns = [
    path("cases/matters/<key:pk>/rights/", rights.show, name="rights"),
    path("cases/matters/<key:pk>/recusals/new/", rights_steps.recusal_new, name="recusal_new"),
    path("cases/matters/<key:pk>/invitations/new/", rights_steps.invitation_new, name="invitation_new"),
    path("cases/matters/<key:pk>/sealing/new/", rights_steps.sealing_new, name="sealing_new"),
    path("cases/recusals/<key:pk>/", rights.recusal, name="recusal"),
    path("cases/recusals/<key:pk>/<slug:move>/", rights_steps.recusal_move, name="recusal_move"),
    path("cases/invitations/<key:pk>/", rights.invitation, name="invitation"),
    path("cases/invitations/<key:pk>/end/", rights_steps.invitation_end, name="invitation_end"),
    path("cases/sealings/<key:pk>/", rights.sealing, name="sealing"),
    path("cases/sealings/<key:pk>/<slug:move>/", rights_steps.sealing_move, name="sealing_move"),
    path("cases/reads/", rights_steps.read_reason, name="read_reason"),
]
