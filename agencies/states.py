"""Transitions of a body's posts (design.md 3.2); statuses stand on the model.

"recipient" is the office that keeps the record; LZ 二（一）: 由所在单位提出，报监管办备案.
"""

from core.workflow import Transition, table

#: Roles of the joint office that stand for it when a change is put on record.
KEEPERS = ("office", "officer", "approver", "deputy", "head")

POST_MOVES = table(
    Transition("record", ("proposed",), "recorded", roles=KEEPERS, label="备案", side="recipient"),
    Transition(
        "refuse",
        ("proposed",),
        "refused",
        roles=KEEPERS,
        label="退回",
        side="recipient",
        needs_reason=True,
    ),
)
