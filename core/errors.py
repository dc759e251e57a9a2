"""Errors as values: raised in actions, shown at the edge by one handler.

Every message is plain Chinese, says what is wrong and how to mend it, and
never carries case content beyond what the reader typed.
"""


class DomainError(Exception):
    """A rule of the domain was not met; the user can mend it."""

    status = 400

    def __init__(self, message: str, *, field: str | None = None, code: str = "invalid") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.code = code


class Conflict(DomainError):
    """Somebody else was first; the text says who did what and when."""

    status = 409

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message, field=field, code="conflict")


class NotAllowed(DomainError):
    """The row is visible, but this person may not do this to it."""

    status = 403

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message, field=field, code="not_allowed")


class Missing(DomainError):
    """Outside the reader's scope or not there; both look the same."""

    status = 404

    def __init__(self, message: str = "没有找到这条记录。") -> None:
        super().__init__(message, code="missing")
