"""The decision as a whole: what rules order, what is said of it, and the promises kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.mail.headers import decoded
from relay.mail.parse import render
from relay.policy.decide import decide, fallback_decision
from relay.policy.decision import Decision, Route
from relay.policy.rules import Edit, Rule
from relay.reports.report import Claim, Kind, Report, Verdict
from relay.rewrite.apply import apply
from relay.rewrite.edits import Touch
from tests.policy.builders import (
    OWNER,
    failure,
    mail,
    person,
    proof,
    rule,
    rules,
    success,
    vanished,
)


def reasons(decision: Decision) -> dict[str, str]:
    return {reason.rule: reason.text for reason in decision.reasons}


class TestRules:
    def test_without_any_rule_a_report_leaves_at_once_with_all_edits(self) -> None:
        decision = decide(mail(), failure(), rules())
        edits = decision.edits
        assert decision.route is Route.NOW
        assert edits.touch is Touch.FULL
        assert edits.subject == (
            "[FAILED] web01 rsync /srv/www: partial transfer, 3 files unreadable (code 23)"
        )
        assert edits.identity
        assert edits.list_id
        assert edits.redact
        assert edits.relay == "relay.example.org"

    def test_the_first_rule_that_has_a_key_decides_it_key_by_key(self) -> None:
        orders = (
            rule({"subject": "first {host}"}, verdict="failure"),
            rule({"subject": "second", "upstream": "slow"}),
            rule({"upstream": "fast"}),
        )
        decision = decide(mail(), failure(), rules(*orders))
        assert decision.edits.subject == "[FAILED] first web01"
        assert decision.upstream == "slow"
        assert reasons(decision)["mine.yaml: mine"] == "it leaves by slow"

    def test_rules_see_the_verdict_and_the_job_that_rules_made(self) -> None:
        orders = (
            rule({"codes": {24: "success"}, "job": "spool"}),
            rule({"subject": "fine {job}"}, verdict="success", job="spool"),
        )
        decision = decide(mail(), vanished(), rules(*orders))
        assert decision.edits.subject == "fine spool"
        assert decision.report is not None
        assert decision.report.verdict is Verdict.SUCCESS

    def test_edits_are_those_that_are_named(self) -> None:
        edits = decide(mail(), success(), rules(rule({"edits": ["subject", "redact"]}))).edits
        assert edits.subject
        assert edits.redact
        assert (edits.preface, edits.footer, edits.list_id) == ((), (), None)
        assert edits.identity  # root@web01 is not ours, so it is repaired all the same
        none = decide(mail(), success(claim=Claim.NONE), rules(rule({"edits": []}))).edits
        assert (none.subject, none.redact) == (None, False)

    def test_a_from_of_our_own_stays_where_the_edit_is_left_out(self) -> None:
        message = mail("From: backup@example.org\r\nSubject: x\r\n")
        assert decide(message, success(), rules()).edits.identity
        assert (
            decide(message, success(), rules(rule({"edits": ["subject"]}))).edits.identity is None
        )

    @pytest.mark.parametrize("report", [success(), vanished(), person()])
    def test_a_hold_holds_and_its_reason_comes_last(self, report: Report) -> None:
        decision = decide(mail(), report, rules(rule({"route": "hold"})))
        assert decision.route is Route.HOLD
        assert decision.reasons[-1].rule == "mine.yaml: mine"
        assert "held by this rule" in decision.reasons[-1].text

    def test_an_unknown_is_held_only_by_its_name(self) -> None:
        report = failure(verdict=Verdict.UNKNOWN)
        assert decide(mail(), report, rules(rule({"route": "hold"}))).route is Route.NOW
        named = rule({"route": "hold"}, verdict=["unknown"])
        assert decide(mail(), report, rules(named)).route is Route.HOLD


class TestWords:
    def test_the_preface_proves_the_verdict_and_quotes_the_false_claim(self) -> None:
        assert decide(mail(), failure(), rules()).edits.preface == (
            "FAILED: partial transfer, 3 files unreadable (code 23). The evidence:",
            "  line 41   rsync error: some files could not be transferred (code 23)",
            'The sender\'s subject claimed success: "Backup OK".',
        )

    def test_a_success_has_its_evidence_too(self) -> None:
        assert decide(mail(), success(), rules()).edits.preface == (
            "OK: succeeded, 12 files copied. The evidence:",
            "  line 41   total size is 12",
        )

    def test_an_unknown_says_so(self) -> None:
        report = failure(verdict=Verdict.UNKNOWN, what="nothing recognised", evidence=())
        assert decide(mail(), report, rules()).edits.preface[0] == "UNKNOWN: nothing recognised."

    def test_much_evidence_is_counted_and_long_lines_are_cut(self) -> None:
        evidence = tuple(proof("x" * 500, line=line) for line in range(12))
        preface = decide(mail(), failure(evidence=evidence), rules()).edits.preface
        assert preface[1].startswith("  subject   xxx")
        assert preface[9] == "  and 4 more"
        assert max(map(len, preface)) < 180

    def test_the_footer_says_how_to_ask(self) -> None:
        footer = decide(mail(), failure(), rules(postal_address="Example Ltd")).edits.footer
        assert footer == (
            "--",
            "Relayed by relay.example.org as 20260105T060000-0000.",
            "Why it looks like this: relay why 20260105T060000-0000",
            "The mail as it came: relay show 20260105T060000-0000 --original",
            "You get this because it was sent to you, or to a name that goes to you. To get less:",
            "your mail program has a button for it (List-Unsubscribe).",
            "Example Ltd",
        )

    def test_where_the_body_is_protected_the_subject_tells_of_the_false_claim(self) -> None:
        message = mail("From: root@web01\r\nContent-Type: multipart/signed\r\nSubject: OK\r\n")
        edits = decide(message, failure(what="failed"), rules()).edits
        assert (edits.touch, edits.preface, edits.footer) == (Touch.HEADERS, (), ())
        assert edits.subject == ("[FAILED] web01 rsync /srv/www: failed (sender claimed success)")

    def test_secrets_in_the_claim_are_not_repeated(self) -> None:
        message = mail("From: root@web01\r\nSubject: OK mysql --password=swordfish\r\n")
        decision = decide(message, failure(), rules(rule({"subject": "{subject}"})))
        assert "swordfish" not in repr(decision)

    def test_p9_every_decision_is_explained(self) -> None:
        told = reasons(decide(mail(), failure(), rules()))
        assert told == {
            "rsync.code-23": "the verdict is failure, by line 41: partial transfer, "
            "3 files unreadable (code 23)",
            "policy.destinations": f"root is a name on its host only, so it goes to {OWNER}",
            "policy.touch": "header and body may change: nothing protects it",
            "policy.identity": "From was root@web01 and becomes web01@example.org",
            "policy.claim": "the sender's subject claims a success that the text does not prove",
        }


orders = st.lists(
    st.builds(
        lambda then, match: rule(then, **match),
        st.fixed_dictionaries(
            {},
            optional={
                "route": st.sampled_from(["now", "hold"]),
                "edits": st.lists(st.sampled_from(Edit)),
                "subject": st.sampled_from(["[OK] all is well", "{tag}{tag}", "[OK] {subject}"]),
                "recipients": st.sampled_from(
                    [{"redirect": "postmaster"}, {"add": "a@example.org"}, {}]
                ),
                "codes": st.dictionaries(st.sampled_from([23, 24]), st.just("success")),
            },
        ),
        st.fixed_dictionaries(
            {}, optional={"verdict": st.sampled_from([["failure"], ["unknown"], ["success"]])}
        ),
    ),
    max_size=4,
)
bad = st.builds(
    failure,
    verdict=st.sampled_from([Verdict.FAILURE, Verdict.UNKNOWN]),
    claim=st.sampled_from(Claim),
    automated=st.booleans(),
    kind=st.sampled_from(Kind),
)
headers = st.sampled_from(
    [
        "From: root@web01\r\nSubject: [OK] Backup\r\n",
        "From: b@example.com\r\nDKIM-Signature: d=example.com; h=subject\r\nSubject: [OK] all\r\n",
        "Subject: [ok]\r\n",
        "",
    ]
)


class TestPromises:
    @given(orders, bad, headers)
    def test_p2_no_rule_lets_a_false_claim_leave(
        self, each: list[Rule], report: Report, header: str
    ) -> None:
        message = mail(header)
        decision = decide(message, report, rules(*each))
        final = decoded(apply(message, decision.edits), "Subject")
        if report.claim is Claim.SUCCESS:
            assert final.startswith(("[FAILED]", "[UNKNOWN]", "[WARNING]"))
            assert "[OK]" not in final

    @given(orders, bad, st.lists(st.sampled_from(["root", "ada@example.com", "x@[::1]"])))
    def test_p4_somebody_is_told_of_every_failure(
        self, each: list[Rule], report: Report, to: list[str]
    ) -> None:
        decision = decide(mail(to=tuple(to)), report, rules(*each))
        assert decision.destinations
        assert all("." in target.to.rpartition("@")[2] for target in decision.destinations)
        if report.verdict is Verdict.FAILURE and decision.report is not None:
            held = decision.route is Route.HOLD
            assert not held or decision.report.verdict is Verdict.WARNING

    @given(orders, bad)
    def test_p3_no_rule_holds_a_failure(self, each: list[Rule], report: Report) -> None:
        decision = decide(mail(), report, rules(*each))
        if decision.report and decision.report.verdict is Verdict.FAILURE:
            assert decision.route is Route.NOW

    def test_p1_each_recipient_has_one_destination(self) -> None:
        decision = decide(mail(to=("root", "root", "ada@example.com")), failure(), rules())
        assert [each.recipient for each in decision.destinations] == ["root", "ada@example.com"]

    def test_p6_what_cannot_be_understood_goes_on_with_its_identity_repaired(self) -> None:
        message = mail()
        decision = fallback_decision(message, rules(rule({"route": "hold"})), "KeyError")
        assert decision.route is Route.NOW
        assert [each.to for each in decision.destinations] == [OWNER]
        assert decision.edits.subject == '[UNKNOWN] web01: sender says "Backup OK"'
        assert decision.edits.identity is not None
        assert decision.edits.identity.from_address == "web01@example.org"
        assert "KeyError" in decision.reasons[0].text
        assert (decision.edits.preface, decision.edits.footer) == ((), ())
        left = render(apply(message, decision.edits))
        assert left.endswith(message.body)

    @given(st.binary(max_size=300), st.binary(max_size=100), st.sampled_from(["web01", "", "\x00"]))
    def test_p6_no_header_makes_the_fallback_fail(
        self, header: bytes, body: bytes, host: str
    ) -> None:
        message = mail(header.decode("latin-1"), body.decode("latin-1"), host=host)
        decision = fallback_decision(message, rules(), "an\r\nerror")
        assert decision.destinations
        assert "\r" not in repr(decision.reasons[0].text)

    @given(st.binary(max_size=300), orders, bad)
    def test_no_header_makes_deciding_fail(
        self, header: bytes, each: list[Rule], report: Report
    ) -> None:
        message = mail("From: " + header.decode("latin-1"))
        assert decide(message, report, rules(*each)).reasons
