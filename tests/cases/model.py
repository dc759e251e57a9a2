"""A plain-Python model of a case and its referrals, written by hand from domain.md A.7, B.5 and C; product
code is not read.

`Walk` is one referral, `Affair` a case with the referrals that began on it: who may do what in which state,
and what is owed then. The random walk holds the product to both.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: (state, act) → (whose act, state after it) of an 涉嫌犯罪 referral
CRIMINAL = {
    ("draft", "name_team"): ("sender", "team_named"),
    ("team_named", "name_team"): ("sender", "team_named"),
    ("team_named", "report"): ("sender", "reported"),
    ("refused", "report"): ("sender", "reported"),
    ("reported", "approve"): ("sender head", "approved"),
    ("reported", "refuse"): ("sender head", "refused"),
    ("approved", "send"): ("sender", "sent"),
    ("sent", "receive"): ("receiver", "received"),
    ("received", "ask_supplement"): ("receiver", "supplement"),
    ("supplement", "supplement"): ("sender", "received"),
    ("received", "return"): ("receiver", "returned"),
    ("supplement", "return"): ("receiver", "returned"),
    ("supplement", "file"): ("receiver leader", "filed"),
    ("supplement", "refuse_filing"): ("receiver leader", "not_filed"),
    ("received", "file"): ("receiver leader", "filed"),
    ("received", "refuse_filing"): ("receiver leader", "not_filed"),
    ("not_filed", "file"): ("receiver leader", "filed"),
    ("not_filed", "ask_reconsideration"): ("sender", "reconsider"),
    ("reconsider", "file"): ("receiver leader", "filed"),
    ("reconsider", "uphold"): ("receiver leader", "upheld"),
    ("not_filed", "ask_supervision"): ("sender", "supervision"),
    ("upheld", "ask_supervision"): ("sender", "supervision"),
    ("supervision", "ask_explanation"): ("supervisor", "explaining"),
    ("explaining", "explain"): ("receiver leader", "explained"),
    ("explaining", "file"): ("receiver leader", "filed"),
    ("supervision", "file"): ("receiver leader", "filed"),
    ("explained", "order_filing"): ("supervisor", "ordered"),
    ("explained", "file"): ("receiver leader", "filed"),
    ("explained", "close_supervision"): ("supervisor", "supervised"),
    ("supervision", "close_supervision"): ("supervisor", "supervised"),
    ("ordered", "file"): ("receiver leader", "filed"),
    ("filed", "hand_over"): ("sender", "handed_over"),
    ("handed_over", "hand_over"): ("sender", "handed_over"),
    ("handed_over", "answer"): ("receiver", "answered"),
    ("answered", "court_result"): ("receiver", "answered"),
    ("closed", "court_result_judged"): ("receiver", "closed"),
    ("closed", "court_result_dropped"): ("receiver", "handling"),
    ("filed", "pass_on"): ("receiver leader", "passed"),
    ("handed_over", "pass_on"): ("receiver leader", "passed"),
    ("passed", "notify_pass"): ("receiver", "filed"),
    ("passed", "notify_pass_handed"): ("receiver", "handed_over"),
    ("not_filed", "handle"): ("sender", "handling"),
    ("upheld", "handle"): ("sender", "handling"),
    ("supervised", "handle"): ("sender", "handling"),
}
#: of a 移送办理 between bureaus
TRANSFER = {
    ("draft", "report"): ("sender", "reported"),
    ("refused", "report"): ("sender", "reported"),
    ("reported", "approve"): ("sender head", "approved"),
    ("reported", "refuse"): ("sender head", "refused"),
    ("approved", "send"): ("sender", "sent"),
    ("sent", "receive"): ("receiver", "received"),
    ("received", "ask_supplement"): ("receiver", "supplement"),
    ("supplement", "supplement"): ("sender", "received"),
    ("received", "accept"): ("receiver", "accepted"),
    ("supplement", "accept"): ("receiver", "accepted"),
    ("received", "return"): ("receiver", "returned"),
    ("supplement", "return"): ("receiver", "returned"),
    ("accepted", "answer"): ("receiver", "answered"),
    ("answered", "reject_answer"): ("sender", "accepted"),
}
#: of every referral
COMMON = {
    ("returned", "handle"): ("sender", "handling"),
    ("returned", "dispute"): ("sender leader", "disputed"),
    ("disputed", "designate"): ("superior", "received"),
    ("disputed", "overrule"): ("superior", "handling"),
    ("answered", "handle"): ("sender", "handling"),
    ("answered", "close"): ("sender", "closed"),
    ("handling", "close"): ("sender", "closed"),
} | {
    (state, "recall"): ("sender", "recalled")
    for state in ("draft", "team_named", "reported", "refused", "approved", "sent")
}
#: Nothing is owed: the end, or not begun (nobody is waiting for a draft).
SILENT = frozenset({"draft", "closed", "recalled"})
ACTS = sorted({act for table in (CRIMINAL, TRANSFER, COMMON) for _, act in table})


#: After 移送起诉: the court's judgment, or that there is no trial; before or after the sender has closed.
LATER = frozenset({"court_result", "court_result_judged", "court_result_dropped"})
#: Not yet with the other side, or back from it as if it had never been sent.
UNSENT = frozenset({"draft", "team_named", "reported", "refused", "approved", "recalled"})


@dataclass
class Walk:
    """One referral as the model sees it."""

    criminal: bool
    state: str = "draft"
    result: str = ""
    answered: bool = False
    back_to: str = ""  # where a case that was passed to other police stood
    passes: int = 0  # how often it has come to other police: two organs take turns
    left: int = 2  # goods not handed over yet; one goes with each hand-over
    head_reported: bool = False
    reopened: bool = False  # no trial came of it after it had been closed
    trail: list[str] = field(default_factory=list)

    @property
    def table(self) -> dict[tuple[str, str], tuple[str, str]]:
        return (CRIMINAL if self.criminal else TRANSFER) | COMMON

    def whose(self, act: str) -> str:
        """Whose act it is now: "sender", "sender head", "receiver" …; "" when it is not possible. Nobody
        approves what they reported: what the head reported goes above."""
        whose = self.table.get((self.state, act), ("", ""))[0]
        return "superior" if whose == "sender head" and self.head_reported else whose

    def allows(self, act: str) -> bool:
        """Whether `act` is possible now. Ended without a sentence, the affair goes back to administration."""
        if not self.whose(act):
            return False
        if act in ("notify_pass", "notify_pass_handed"):
            return self.table[self.state, act][1] == self.back_to
        if act == "hand_over":
            return self.left > 0
        if act in LATER:
            return self.result == "prosecuted"  # what the court or the procuratorate then made of it
        if act == "close" and self.state == "answered":
            return self.result not in ("withdrawn", "non_prosecuted")
        if act == "handle" and self.state == "answered":
            return self.result != "prosecuted"
        return True

    def leads_on(self, act: str) -> bool:
        """Whether `act` changes the state and ends nothing early."""
        if act in LATER:
            return True
        return act not in ("recall", "refuse") and self.table[self.state, act][1] != self.state

    def take(self, act: str, by: tuple[str, ...], result: str = "") -> None:
        """Move on; `by` are the standings of who acts."""
        if act == "pass_on":
            self.back_to = self.state
        self.left -= act == "hand_over"
        self.passes += act in ("notify_pass", "notify_pass_handed")
        self.state = self.table[self.state, act][1]
        self.trail.append(act)
        if act == "report":
            self.head_reported = "sender head" in by
        if act == "answer" or act in LATER:
            self.result, self.answered = result, True
        self.reopened = self.reopened or act == "court_result_dropped"
        if act == "reject_answer":
            self.answered = False
        if act in ("handle", "overrule", "recall"):
            self.answered = True  # answers of their own kind: not filed, returned and so decided, taken back

    @property
    def sent(self) -> bool:
        """Whether it reached the other side."""
        return self.state not in UNSENT

    @property
    def over(self) -> bool:
        """Whether nothing comes after."""
        return self.state in ("closed", "recalled")

    @property
    def keeps_fines_away(self) -> bool:
        """处罚法35: while the criminal way is open or a court has the case; for good once it has judged."""
        if not self.criminal or not self.sent:
            return False
        return self.result in ("judged", "prosecuted") or self.state not in ("closed", "handling")

    @property
    def owed(self) -> bool:
        """Whether somebody owes the next step; what comes of a trial is owed also once it is closed."""
        return self.state not in SILENT or (self.state == "closed" and self.result == "prosecuted")


BACK = "back"
#: (state, act) → (whose act, state after it) of an administrative case, as far as the walk goes
CASE = {
    ("draft", "request_filing"): ("sender", "filing"),
    ("not_filed", "request_filing"): ("sender", "filing"),
    ("filing", "return_filing"): ("decider", "draft"),
    ("filing", "approve_filing"): ("decider", "filed"),
    ("filing", "refuse_filing"): ("decider", "not_filed"),
    ("filed", "conclude"): ("sender", "investigated"),
    ("investigated", "return_case"): ("decider", "filed"),
    ("investigated", "terminate"): ("sender", "deciding"),
    ("investigated", "pass_on"): ("sender", "deciding"),
    ("notified", "propose"): ("sender", "deciding"),
    ("deciding", "return_proposal"): ("decider", BACK),
    ("deciding", "decide"): ("decider", "decided"),
    ("decided", "serve"): ("sender", "served"),
    ("served", "perform"): ("sender", "performed"),
    ("decided", "request_closing"): ("sender", "closing"),
    ("served", "request_closing"): ("sender", "closing"),
    ("performed", "request_closing"): ("sender", "closing"),
    ("closing", "return_closing"): ("decider", BACK),
    ("closing", "approve_closing"): ("decider", "closed"),
}
CASE |= {
    (state, "revoke"): ("decider", "revoked")
    for state in ("draft", "not_filed", "filed", "investigated", "notified", "deciding")
}
CASE |= {
    (state, "assign"): ("decider", state)
    for state in ("draft", "filed", "investigated", "notified", "deciding", "decided", "served")
}
CASE_ACTS = sorted({act for _, act in CASE})
CASE_OVER = frozenset({"closed", "revoked"})
#: Nothing is owed by the holder.
CASE_SILENT = CASE_OVER | {"not_filed"}
REPORTS = frozenset({"request_filing", "terminate", "pass_on", "propose", "request_closing"})
#: Decided by somebody else than the one who reported.
BY_ANOTHER = frozenset(
    {"return_filing", "approve_filing", "refuse_filing", "return_proposal", "decide"}
    | {"return_closing", "approve_closing"}
)
EARLY = frozenset({"revoke", "return_filing", "refuse_filing", "return_case", "return_proposal"})


@dataclass
class Affair:
    """A case with its referrals; without a case (state "") a referral of its own."""

    state: str = ""
    outcome: str = ""
    team: bool = False
    paid: bool = False
    reporter: str = ""
    came: str = ""
    referrals: list[Walk] = field(default_factory=list)
    trail: list[str] = field(default_factory=list)

    def whose(self, act: str) -> str:
        """Whose act of the case it is now; "" when it is not possible."""
        return CASE.get((self.state, act), ("", ""))[0]

    def allows(self, act: str, who: str) -> bool:
        """Whether `act` of the case is possible for `who`, whose standing is asked of `whose`."""
        if not self.whose(act) or (act in BY_ANOTHER and who == self.reporter):
            return False
        match act:
            case "conclude":
                return self.team
            case "pass_on":
                return any(row.sent for row in self.referrals)
            case "decide":
                return self.outcome != "penalised" or not self.fine_blocked
            case "perform":
                return self.outcome != "penalised" or self.paid
            case "request_closing":
                return self.settled and (self.outcome != "penalised" or self.state == "performed")
            case "approve_closing" | "revoke":
                return self.settled
        return True

    def leads_on(self, act: str) -> bool:
        """Whether `act` brings the case further."""
        return act not in EARLY and not (act == "assign" and self.team)

    def take(self, act: str, who: str) -> None:
        """Move on."""
        after = CASE[self.state, act][1]
        if act in REPORTS:
            self.reporter, self.came = who, self.state
        if act in OUTCOMES:
            self.outcome = OUTCOMES[act]
        if act == "return_proposal":
            self.outcome = ""
        self.team = self.team or act == "assign"
        self.state = self.came if after == BACK else after
        self.trail.append(act)

    @property
    def may_refer(self) -> bool:
        """A referral may begin on a case that is not over, even while its closing waits."""
        return bool(self.state) and self.state not in CASE_OVER

    @property
    def settled(self) -> bool:
        """Every referral of the case is answered and closed, or was taken back."""
        return all(row.over for row in self.referrals)

    @property
    def fine_blocked(self) -> bool:
        """处罚法35: no new fine beside a criminal referral."""
        return any(row.keeps_fines_away for row in self.referrals)

    @property
    def owed(self) -> bool:
        """Whether somebody owes the next step of the case."""
        return bool(self.state) and self.state not in CASE_SILENT


OUTCOMES = {"terminate": "terminated", "pass_on": "transferred", "propose": "penalised"}
