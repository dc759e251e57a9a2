"""core's models; submodules depend downward only."""

from core.models.audit import AuditEntry, AuditLink, Change
from core.models.counters import Counter
from core.models.files import StoredFile
from core.models.inlets import Draft, Once, Upload, UploadRow
from core.models.matter import Access, Matter
from core.models.notices import Notice
from core.models.runs import Heartbeat, Run

__all__ = [
    "Access",
    "AuditEntry",
    "AuditLink",
    "Change",
    "Counter",
    "Draft",
    "Heartbeat",
    "Matter",
    "Notice",
    "Once",
    "Run",
    "StoredFile",
    "Upload",
    "UploadRow",
]
