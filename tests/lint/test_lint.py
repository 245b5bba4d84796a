"""A check of a mail never raises, costs linear time, and finds no error in what we send."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.lint.finding import Breach, Severity
from relay.lint.lint import lint
from relay.lint.mail import Site
from relay.mail.address import Mailbox
from relay.mail.compose import Failure, Letterhead, delivery_status, notice
from relay.mail.headers import clean
from relay.pipeline.digest.compose import compose
from relay.pipeline.explain import explain
from relay.policy.load import load_rules
from relay.policy.rules import Rules
from relay.policy.settings import IdentitySettings
from relay.policy.shipped import shipped_folder
from relay.signing.keys import Algorithm, SigningKey, load_keys, make_key
from relay.signing.settings import KeySettings, SigningSettings
from relay.signing.sign import sign
from tests.conftest import SAMPLES
from tests.lint.building import NOTHING_KNOWN, NOW, SITE, mail
from tests.mail.hostile import mails
from tests.mail.test_corpus import CORPUS, by_name
from tests.mail.test_linear import assert_linear
from tests.pipeline.digest.building import FAILURE, HEAD, about, batch, item
from tests.pipeline.digest.test_texts import EVERYTHING

IDENTITY = IdentitySettings(
    domain="example.org",
    postmaster="postmaster@example.org",
    postal_address="Example Ltd, 1 Example Road",
)
US = Site(domain="example.org", postal_address="Example Ltd, 1 Example Road")
PATH = "r+x=1@example.org"


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules(shipped_folder(), (), IDENTITY, "relay.example.org")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[SigningKey, ...]:
    file = tmp_path_factory.mktemp("keys") / "key.pem"
    make_key(Algorithm.ED25519, file)
    settings = SigningSettings(keys=(KeySettings(selector="k", file=file),))
    return load_keys(settings, "example.org")


def errors(breaches: Sequence[Breach]) -> list[tuple[str, str]]:
    return [
        (each.rule.id, each.detail) for each in breaches if each.rule.severity is Severity.ERROR
    ]


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=600))
def test_p8_any_bytes_are_judged(raw: bytes) -> None:
    assert all(isinstance(each, Breach) for each in lint(raw, None, NOTHING_KNOWN))


@settings(max_examples=500, deadline=None)
@given(mails, st.sampled_from([None, "", "a@example.org", "@", "\ud800"]))
def test_p8_any_mail_is_judged(raw: bytes, path: str | None) -> None:
    for breach in lint(raw, path, SITE, NOW):
        assert breach.detail == clean(breach.detail)


_HEADS = ("From: ", "Subject: ", "List-Unsubscribe: ", "List-Id: ", "DKIM-Signature: ", "To: ")
_UNITS = ("a", "<a", "(", "@a.", "=?a?q?", ", <https://a>", "h=a:", "a\r\n ", "a b.cd ", '"')


@pytest.mark.parametrize("unit", _UNITS)
@pytest.mark.parametrize("head", _HEADS)
def test_p8_fields_are_judged_in_linear_time(head: str, unit: str) -> None:
    def judged(text: str) -> object:
        return lint(f"{head}{text}\r\n\r\nx".encode(), "a@b.example", SITE, NOW)

    assert_linear(judged, unit, 30_000)


_TEXTS = ("<", "<a", "<a href=", "<a href=x>", "<a href='", "<img src=http: ", "</a>", "&#")
_TEXTS += ("http://", "http://a@", "https://1.2.3.4/ ", "<a href=https://b.example>a.example")


@pytest.mark.parametrize("unit", _TEXTS)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_p8_texts_are_judged_in_linear_time(kind: str, unit: str) -> None:
    def judged(text: str) -> object:
        raw = f"Content-Type: text/{kind}\r\n\r\n{text}"
        return lint(raw.encode(), None, SITE, NOW)

    assert_linear(judged, unit, 100_000)


@pytest.mark.parametrize("path", CORPUS, ids=by_name)
def test_p7_no_mail_that_leaves_breaks_a_rule_of_weight(
    path: Path,
    rules: Rules,
    keys: tuple[SigningKey, ...],
) -> None:
    content = explain(path.read_bytes(), rules, NOW).content
    final = sign(content, keys, NOW) + content
    assert errors(lint(final, PATH, US, NOW)) == []


@pytest.mark.samples
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.eml")), ids=by_name)
def test_p7_no_sample_that_leaves_breaks_a_rule_of_weight(
    path: Path,
    rules: Rules,
    keys: tuple[SigningKey, ...],
) -> None:
    content = explain(path.read_bytes(), rules, datetime.now(UTC)).content
    assert errors(lint(sign(content, keys, NOW) + content, PATH, US)) == []


def test_p7_the_mails_that_the_relay_writes_itself_break_no_rule_of_weight() -> None:
    sender = Mailbox(name="relay.example.org", address="relay@example.org")
    head = Letterhead(
        id="X1", at=NOW, relay="relay.example.org", domain="example.org", sender=sender,
        to="anna@example.net",
    )  # fmt: skip
    failure = Failure(
        message_id="X0", recipient="b@example.net", reply="550 5.1.1 no such user", remote="mx",
        original=mail().content, last_attempt=NOW,
    )  # fmt: skip
    for content in (notice(head, "Not delivered", ["text"]), delivery_status(head, failure)):
        assert errors(lint(content, None, US, NOW)) == []


def test_p7_no_digest_breaks_a_rule_of_weight() -> None:
    site = Site(domain="example.com", postal_address="Example Ltd, 1 Example Road")
    content = compose(batch(item(FAILURE)), about(**EVERYTHING), HEAD)
    assert errors(lint(content, None, site, NOW)) == []


def test_a_long_text_is_read_from_both_ends() -> None:
    long = mail(text="x\r\n" * 200_000 + mail().content.partition(b"\r\n\r\n")[2].decode())
    assert long.ids() == set()
