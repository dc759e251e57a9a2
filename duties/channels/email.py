"""E-mail by the installation's own SMTP server (MINEWATCH_EMAIL_*)."""

from __future__ import annotations

import smtplib
import socket
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage

from duties.channels.links import absolute
from duties.channels.port import Answer, Sent

if TYPE_CHECKING:
    from agencies.models import Member

SUBJECT = "待办提醒"


class Email:
    """One message to one person; the subject is the same for everybody."""

    key = "email"
    per_minute: int | None = None

    def ready(self) -> bool:
        """On when MINEWATCH_EMAIL_HOST is set."""
        return bool(settings.EMAIL_ON)

    def address(self, member: Member) -> str:
        """The person's address."""
        return member.email

    def send(self, member: Member, text: str, link: str, *, ref: str = "") -> Sent:
        """Hand it to the server; a connection lost after the greeting leaves it unknown."""
        body = f"{text}\n{absolute(link)}\n"
        message = EmailMessage(f"{settings.SITE_NAME}：{SUBJECT}", body, to=[self.address(member)])
        try:
            message.send()
        except smtplib.SMTPRecipientsRefused:
            return Sent(Answer.FAILED, "邮箱地址被拒绝")
        except smtplib.SMTPAuthenticationError:
            return Sent(Answer.LATER, "邮件服务器不接受账号")
        except smtplib.SMTPResponseException as error:
            again = 400 <= error.smtp_code < 500
            return Sent(Answer.LATER if again else Answer.FAILED, f"邮件服务器回答 {error.smtp_code}")
        except (ConnectionRefusedError, socket.gaierror):
            return Sent(Answer.LATER, "邮件服务器连接不上")
        except (smtplib.SMTPException, OSError, TimeoutError):
            return Sent(Answer.UNKNOWN, "邮件服务器没有回答")
        except ValueError:  # a line break in an address, an address that cannot be encoded
            return Sent(Answer.FAILED, "邮箱地址不正确")
        return Sent(Answer.SENT)
