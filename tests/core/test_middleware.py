"""The gate: what is refused before any room sees it, what every answer carries, when a session ends."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory

from minewatch.middleware import Guard, ProxyAddress, json_depth

FACTORY = RequestFactory()


def guarded(request) -> HttpResponse:
    return Guard(lambda request: HttpResponse("room"))(request)


def post(body: str | bytes, **extra) -> HttpResponse:
    return guarded(FACTORY.post("/api/x", body, content_type="application/json", **extra))


@pytest.mark.parametrize("target", ["/a%00b", "/a?x=%00", "/a?x=1&%00=2"])
def test_nul_in_the_address(target):
    assert Client().get(target).status_code == 400


def test_nul_in_the_key():
    assert guarded(FACTORY.get("/", headers={"Authorization": "Bearer a\x00b"})).status_code == 400


@pytest.mark.parametrize(("body", "status"), [
    ("[" * 100_000, 400), ('{"a":' * 33 + "1" + "}" * 33, 400), ('{"a":' * 32 + "1" + "}" * 32, 200),
    (json.dumps({"a": "[" * 5000}), 200), (json.dumps([{}] * 5000), 200), ('{"a": "\\u0000"}', 400),
    ('{"a\\u0000": 1}', 400), ('{"a": "\\ud800"}', 400), ('{"a": "\\ud83d\\ude00"}', 200),
    ('{"a": "\\\\u0000"}', 200), ('{"a": "\\\\\\u0000"}', 400),
    ("not json \\u", 200), (b"\xff\xfe", 200),
])
def test_json(body, status):
    assert post(body).status_code == status


def test_depth_counts_brackets_outside_strings_only():
    assert json_depth(b'{"a": "[[[\\"[[", "b": [1, [2]]}') == 3


def test_a_body_too_long_is_refused_unread():
    request = FACTORY.post("/x", b"", content_type="application/octet-stream")
    request.META["CONTENT_LENGTH"] = str(settings.MAX_BODY_BYTES + 1)
    assert guarded(request).status_code == 413
    request.META["CONTENT_LENGTH"] = "many"
    assert guarded(request).status_code == 400
    assert post(b"[" + b"1," * 3_000_000 + b"1]").status_code == 413


@pytest.mark.parametrize(("proxies", "peer", "forwarded", "seen"), [
    ([], "10.0.0.9", "1.2.3.4", "10.0.0.9"),
    (["127.0.0.1"], "127.0.0.1", "1.2.3.4", "1.2.3.4"),
    (["127.0.0.1"], "127.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),  # the left part is the visitor's own claim
    (["127.0.0.1", "10.0.0.0/8"], "127.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.7", "1.2.3.4"),
    (["127.0.0.1"], "127.0.0.1", "garbage", "127.0.0.1"),
    (["127.0.0.1"], "8.8.8.8", "1.2.3.4", "8.8.8.8"),
])
def test_forwarded_address_is_believed_from_proxies_only(settings, proxies, peer, forwarded, seen):
    settings.BEHIND_PROXY = proxies
    headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
    request = FACTORY.get("/", headers=headers, REMOTE_ADDR=peer)
    ProxyAddress(lambda request: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == seen
    assert ("HTTP_X_FORWARDED_PROTO" in request.META) == (peer in proxies)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/nowhere", "/static/vendor/htmx/none.js"])
def test_every_answer_carries_the_headers(address):
    headers = Client().get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "script-src 'self';" in policy and "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.fixture
def browser(cast) -> Client:
    client = Client()
    client.force_login(cast.member("qingshi.filler"), backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def signed_in(client: Client) -> bool:
    client.get("/nowhere")
    return "_auth_user_id" in client.session


def test_idle_time_out(browser, time_machine):
    time_machine.move_to("2026-03-02 01:00:00+00:00", tick=False)
    assert signed_in(browser)
    time_machine.shift(29 * 60)
    assert signed_in(browser)
    time_machine.shift(29 * 60)
    assert signed_in(browser)  # activity counts anew
    time_machine.shift(31 * 60)
    assert not signed_in(browser)


def test_polling_is_no_activity(browser, time_machine):
    time_machine.move_to("2026-03-02 01:00:00+00:00", tick=False)
    assert signed_in(browser)
    for _ in range(4):
        time_machine.shift(8 * 60)
        browser.get("/nowhere", headers={"X-Background": "1"})
    assert not signed_in(browser)


def test_absolute_time_out(browser, time_machine):
    time_machine.move_to("2026-03-02 01:00:00+00:00", tick=False)
    for _ in range(36):
        assert signed_in(browser)
        time_machine.shift(20 * 60)
    time_machine.shift(60)
    assert not signed_in(browser)


def test_signed_in_pages_are_kept_by_no_cache(browser):
    assert browser.get("/nowhere").headers["Cache-Control"] == "no-store, private"


def test_nul_in_a_form(browser):
    assert browser.post("/drafts/save/", {"a": "x\x00y"}).status_code == 400
