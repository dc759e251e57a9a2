"""How the house speaks of people and units (core.registry)."""

from django.db.models import Q, QuerySet
from django.urls import reverse

from agencies.bodies import visible_bodies, visible_posts
from agencies.models import Agency, Body, Member, Post
from agencies.people import visible_people, visible_units
from core.registry import Subject, register
from minewatch.lib.text import fold


def _search_units(member: Member, text: str) -> QuerySet[Agency]:
    words = fold(text)
    hit = Q(name__icontains=words) | Q(short_name__icontains=words) | Q(initials__startswith=words.lower())
    return visible_units(member).filter(hit)


def _search_bodies(member: Member, text: str) -> QuerySet[Body]:
    return visible_bodies(member).filter(name__icontains=fold(text))


register(Member, Subject(
    label="人员", visible_to=visible_people, title=lambda row: row.label,
    url=lambda row: reverse("agencies:person", args=[row.pk]),
))
register(Agency, Subject(
    label="单位", visible_to=visible_units, title=lambda row: row.name,
    url=lambda row: reverse("agencies:unit", args=[row.pk]), search=_search_units,
))
register(Body, Subject(
    label="领导小组和专班", visible_to=visible_bodies, title=lambda row: row.name,
    url=lambda row: reverse("agencies:body", args=[row.pk]), search=_search_bodies,
))
register(Post, Subject(
    label="机构成员", visible_to=visible_posts,
    title=lambda row: f"{row.body.name}{row.get_title_display()}",
    url=lambda row: reverse("agencies:post", args=[row.pk]),
))
