"""Encryption at rest of what informants say of themselves (Fernet: AES-128-CBC with HMAC-SHA256).

The keys come from INFORMANT_KEY and INFORMANT_KEY_OLD: the first one writes, all of them read.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from core.errors import DomainError

UNREADABLE = "举报人信息用现有密钥读不出，请系统管理员恢复原来的密钥。"


@lru_cache(maxsize=4)
def _box(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    """A Fernet key from a long random secret of any spelling."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"minewatch.informant:" + secret.encode()).digest())


def box() -> MultiFernet:
    """The keys in use now."""
    return _box((settings.INFORMANT_KEY, *settings.INFORMANT_KEYS_OLD))


def is_fresh(token: bytes) -> bool:
    """Whether the first key encrypted `token`: nothing is left to do once the key was changed."""
    try:
        Fernet(_key(settings.INFORMANT_KEY)).decrypt(token)
    except InvalidToken:
        return False
    return True


def reseal(token: bytes) -> bytes:
    """The same content under the first key. Raises DomainError when no key fits."""
    try:
        return box().rotate(token)
    except InvalidToken:
        raise DomainError(UNREADABLE) from None


def seal(facts: dict[str, Any]) -> str:
    """One token over `facts`."""
    return box().encrypt(json.dumps(facts, ensure_ascii=False).encode()).decode()


def unseal(token: str) -> dict[str, Any]:
    """What `seal` was given. Raises DomainError when no key fits."""
    return json.loads(unseal_bytes(token.encode()))


def seal_bytes(data: bytes) -> bytes:
    """A file, sealed."""
    return box().encrypt(data)


def unseal_bytes(token: bytes) -> bytes:
    """The file. Raises DomainError when no key fits."""
    try:
        return box().decrypt(token)
    except InvalidToken:
        raise DomainError(UNREADABLE) from None
