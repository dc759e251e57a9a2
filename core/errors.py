"""Errors as values: raised in actions, shown at the edge by one handler.

Every message is plain Chinese, says what is wrong and how to mend it, and
never carries case content beyond what the reader typed.
"""

import errno
import socket


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


OS_WORDS = {
    errno.ENOENT: "文件或目录不存在",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EEXIST: "已有同名文件",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.EISDIR: "目标是目录，不是文件",
    errno.ENOSPC: "磁盘空间不足",
    errno.EDQUOT: "超过磁盘配额",
    errno.EROFS: "磁盘为只读",
    errno.ENAMETOOLONG: "文件名太长",
    errno.EMFILE: "打开的文件过多",
    errno.EIO: "磁盘读写出错",
    errno.EADDRINUSE: "已被占用",
    errno.EADDRNOTAVAIL: "不是本机地址",
}


def os_words(error: OSError) -> str:
    """What the operating system refused, in Chinese."""
    if isinstance(error, socket.gaierror):
        return "地址无法识别"
    return OS_WORDS.get(error.errno, f"系统错误 {error.errno or '不明'}")
