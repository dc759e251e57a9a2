"""What is done to every request, whichever room answers it."""

import ipaddress
import json
import re
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # in JSON text; an escaped backslash before it is none
GetResponse = Callable[[HttpRequest], HttpResponseBase]


def refuse(status: int, text: str) -> HttpResponse:
    """A plain answer that needs no database and no template."""
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


class ProxyAddress:
    """REMOTE_ADDR of the real client when the peer is one of our proxies; forwarded headers go otherwise."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.proxies = [ipaddress.ip_network(net, strict=False) for net in settings.BEHIND_PROXY]

    def trusted(self, address: str) -> bool:
        """Whether `address` is one of our proxies."""
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ip in net for net in self.proxies)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        chain = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if self.trusted(meta.get("REMOTE_ADDR", "")):
            while chain:  # from the right: each hop is believed only as far as our own proxies vouch for it
                address = chain.pop()
                try:
                    ipaddress.ip_address(address)
                except ValueError:
                    break
                meta["REMOTE_ADDR"] = address
                if not self.trusted(address):
                    break
        else:
            for name in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"):
                meta.pop(name, None)
        return self.get_response(request)


def json_depth(body: bytes) -> int:
    """Deepest nesting of brackets outside strings; counts without parsing."""
    depth = deepest = 0
    in_string = escaped = False
    for byte in body:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


class Guard:
    """Refuse at the gate what no room can store: NUL bytes, bodies too long, JSON nested beyond reason."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.problem(request) or self.get_response(request)

    def problem(self, request: HttpRequest) -> HttpResponse | None:
        """The refusal, or None."""
        meta = request.META
        query = meta.get("QUERY_STRING", "")
        places = (request.path_info, query, meta.get("HTTP_AUTHORIZATION", ""), meta.get("HTTP_COOKIE", ""))
        if any("\x00" in text for text in places) or "%00" in query:
            return refuse(400, "请求中含有不允许的字符（NUL）。")
        try:
            length = int(meta.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return refuse(400, "请求长度不正确。")
        if length > settings.MAX_BODY_BYTES:
            return refuse(413, f"上传内容超过 {settings.MAX_BODY_BYTES // 1024 // 1024} MB，请分开上传。")
        return self.json_problem(request) if request.content_type == "application/json" else None

    def json_problem(self, request: HttpRequest) -> HttpResponse | None:
        """What is wrong with a JSON body, apart from its syntax, which the room itself reports."""
        try:
            body = request.body
        except RequestDataTooBig:
            return refuse(413, "JSON 内容过大，请分批提交。")
        # few opening brackets cannot nest deeply: the usual body skips the byte-by-byte count
        limit = settings.MAX_JSON_DEPTH
        if body.count(b"[") + body.count(b"{") > limit and json_depth(body) > limit:
            return refuse(400, f"JSON 嵌套超过 {limit} 层。")
        if b"\\u" in body:
            try:
                text = json.dumps(json.loads(body), ensure_ascii=False)
                text.encode("utf-8")  # half a surrogate pair cannot be stored
            except UnicodeEncodeError:
                return refuse(400, "JSON 中含有不完整的字符。")
            except ValueError:
                return None
            if ESCAPED_NUL.search(text):
                return refuse(400, "请求中含有不允许的字符（NUL）。")
        return None


class FormGuard:
    """The same for forms, once the CSRF check has read them anyway."""

    FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Refuse NUL bytes and half characters in form fields."""
        if request.method != "POST" or request.content_type not in self.FORMS:
            return None
        if any("\x00" in value for values in request.POST.lists() for value in (values[0], *values[1])):
            return refuse(400, "表单中含有不允许的字符（NUL），请检查粘贴的内容。")
        return None


class ContentSecurityPolicy:
    """Send settings.SECURE_CSP, as Django 6.0's own middleware of that name does."""

    HEADER = "Content-Security-Policy"

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.value = "; ".join(f"{name} {' '.join(sources)}" for name, sources in settings.SECURE_CSP.items())

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault(self.HEADER, self.value)
        response.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class SessionLimits:
    """Sign out after IDLE_MINUTES without a request and SESSION_HOURS after sign-in; set request.member.

    A request with the header X-Background (polling by a page nobody touches) does not count as
    activity. After a time-out the request goes on as nobody's with `request.timed_out` = the id of
    the member who was here, so that a view can keep what was typed for that member alone.
    """

    SIGNED_IN, SEEN = "signed_in_at", "seen_at"
    STEP = 60  # seconds: the session row is not rewritten more often

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.timed_out = None
        if request.user.is_authenticated:
            self.check(request)
        request.member = request.user if request.user.is_authenticated else None
        return self.get_response(request)

    def check(self, request: HttpRequest) -> None:
        """Sign out when over a limit, else note the sign of life."""
        now, session = time.time(), request.session
        signed_in = session.setdefault(self.SIGNED_IN, now)
        seen = session.get(self.SEEN, now)
        if now - signed_in > settings.SESSION_HOURS * 3600 or now - seen > settings.IDLE_MINUTES * 60:
            member_id = request.user.pk
            logout(request)
            request.timed_out = member_id
        elif self.SEEN not in session or (now - seen > self.STEP and "HTTP_X_BACKGROUND" not in request.META):
            session[self.SEEN] = now


class PrivatePages:
    """What a signed-in person is shown is kept by no cache, and `back` after sign-out shows nothing.

    Nor is a 404 that anybody gets: it may be something's address tomorrow, or after signing in.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        signed_in = getattr(request, "member", None) is not None or request.timed_out is not None
        page = signed_in and not request.path_info.startswith("/api/")
        if page or response.status_code == 404:
            response.headers["Cache-Control"] = "no-store, private"
        return response
