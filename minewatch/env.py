"""Readers of environment variables. A value that cannot be read stops the start with its name."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def envstr(name: str, default: str = "") -> str:
    """The text of `name`; an empty variable counts as not set."""
    return os.environ.get(name, "").strip() or default


def envbool(name: str, default: bool = False) -> bool:
    raw = envstr(name).lower()
    if raw and raw not in YES | NO:
        raise ImproperlyConfigured(f"{name}={raw!r} is neither 1 nor 0")
    return raw in YES if raw else default


def envint(name: str, default: int, low: int = 0) -> int:
    raw = envstr(name)
    try:
        value = int(raw) if raw else default
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={raw!r} is not a whole number") from error
    if value < low:
        raise ImproperlyConfigured(f"{name}={value} is below {low}")
    return value


def envlist(name: str, default: str = "") -> list[str]:
    """Words parted by commas or blanks."""
    return envstr(name, default).replace(",", " ").split()


def envsecret(name: str) -> str:
    """`name` itself, or the content of the file that `name`_FILE points to; both at once is a mistake."""
    value, path = envstr(name), envstr(f"{name}_FILE")
    if value and path:
        raise ImproperlyConfigured(f"both {name} and {name}_FILE are set")
    if not path:
        return value
    try:
        content = Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE={path}: {error}") from error
    if not content:
        raise ImproperlyConfigured(f"{name}_FILE={path} is empty")
    return content


def envurl(name: str) -> str:
    """An http or https address with a host, or ""; anything else is a mistake."""
    value = envstr(name)
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 – raises where it is no number
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={value!r} is not an address") from error
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ImproperlyConfigured(f"{name}={value!r} is not of the form https://host/path")
    return value


def postgres(url: str, password: str = "") -> dict[str, Any]:
    """Django's connection settings from postgres://user:password@host:port/name?sslmode=require."""
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    try:
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured("DATABASE_URL: the port is not a number") from error
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        raise ImproperlyConfigured("DATABASE_URL is not of the form postgres://user:password@host:port/name")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": password or unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": options,
    }


def kept_secret(path: Path, make: Any) -> str:
    """The secret in `path`; made and kept (mode 600) the first time. Two processes at once agree."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(make())
        try:
            os.link(draft, path)  # fails when another process was first; its secret then counts
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)
    value = path.read_text("utf-8").strip()
    if len(value) < 50:
        raise ImproperlyConfigured(f"{path} holds no usable secret")
    return value
