"""What a password must be (profile 等保; figures in settings)."""

import unicodedata
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

KINDS = (str.isupper, str.islower, str.isdigit)


def classes(password: str) -> int:
    """How many of upper case, lower case, digit, other occur."""
    found = sum(any(kind(char) for char in password) for kind in KINDS)
    return found + any(not any(kind(char) for kind in KINDS) for char in password)


def login_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The name that lock-out counts: full-width and capital spellings are one name."""
    given = (credentials or {}).get("username") or (request.POST.get("username") if request else "") or ""
    return unicodedata.normalize("NFKC", str(given)).strip().lower()[:60]


class Classes:
    """Upper case, lower case, digits, others: at least `wanted` of the four."""

    def __init__(self, wanted: int = 3) -> None:
        self.wanted = wanted

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password of too few kinds."""
        if classes(password) < self.wanted:
            raise ValidationError(self.get_help_text(), code="password_classes")

    def get_help_text(self) -> str:
        """The rule in words."""
        return f"密码须包含大写字母、小写字母、数字、其他符号中的至少 {self.wanted} 类。"


class NotYourself:
    """The password does not contain the account, the name or the unit."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password built on what everybody knows of the person."""
        agency = getattr(user, "agency", None)
        words = [getattr(user, "username", ""), getattr(user, "name", ""), getattr(user, "phone", "")]
        words += [getattr(agency, "name", ""), getattr(agency, "code", "")]
        folded = unicodedata.normalize("NFKC", password).lower()
        if any(word and len(word) >= 2 and str(word).lower() in folded for word in words):
            raise ValidationError(self.get_help_text(), code="password_personal")

    def get_help_text(self) -> str:
        """The rule in words."""
        return "密码不能包含账号、姓名、电话或单位名称。"


class History:
    """None of the last `kept` passwords, the present one included."""

    def __init__(self, kept: int = 5) -> None:
        self.kept = kept

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password used before; earlier hashes are in `user.old_passwords`."""
        if not self.kept or user is None or user.pk is None:
            return
        past = user.old_passwords.order_by("-id").values_list("password", flat=True)[: self.kept]
        if any(check_password(password, encoded) for encoded in (user.password, *past) if encoded):
            raise ValidationError(self.get_help_text(), code="password_reused")

    def get_help_text(self) -> str:
        """The rule in words."""
        return f"不能与最近 {self.kept} 次用过的密码相同。" if self.kept else ""
