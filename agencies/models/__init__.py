"""agencies' models."""

from agencies.models.bodies import Body, Post
from agencies.models.members import Acting, Member, PasswordHistory, Role, RoleGrant
from agencies.models.units import Agency, AgencyKind, Division

__all__ = [
    "Acting",
    "Agency",
    "AgencyKind",
    "Body",
    "Division",
    "Member",
    "PasswordHistory",
    "Post",
    "Role",
    "RoleGrant",
]
