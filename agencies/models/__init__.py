"""agencies' models."""

from agencies.models.members import Acting, Member, PasswordHistory, Role, RoleGrant
from agencies.models.units import Agency, AgencyKind, Division

__all__ = ["Acting", "Agency", "AgencyKind", "Division", "Member", "PasswordHistory", "Role", "RoleGrant"]
