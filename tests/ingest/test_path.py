"""MAIL and RCPT: what is an address, and what is refused with which code."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relay.ingest.parameters import MailParameters, Refused
from relay.ingest.path import MailCommand, read_mail, read_rcpt, unquoted
from relay.mail.received import Recipient

LIMIT = 1000
LABEL = "a" * 63
LONG_DOMAIN = f"{LABEL}.{LABEL}.{LABEL}.{'a' * 63}"  # 255 bytes

ADDRESSES = {
    "<user@example.org>": "user@example.org",
    "<User.Name+tag@Example.ORG>": "User.Name+tag@Example.ORG",
    "<!#$%&'*+-/=?^_`{|}~@example.org>": "!#$%&'*+-/=?^_`{|}~@example.org",
    "<a@b>": "a@b",
    "<root>": "root",
    "<postmaster>": "postmaster",
    "<Postmaster>": "Postmaster",
    "<root@web01>": "root@web01",
    "<root@my_host>": "root@my_host",
    "<root@localhost.localdomain>": "root@localhost.localdomain",
    "<user@xn--bcher-kva.example>": "user@xn--bcher-kva.example",
    "<user@1.2.3.4>": "user@1.2.3.4",
    "<user@[192.0.2.1]>": "user@[192.0.2.1]",
    "<user@[IPv6:2001:db8::1]>": "user@[IPv6:2001:db8::1]",
    "<user@[ipv6:::1]>": "user@[ipv6:::1]",
    '<"user"@example.org>': "user@example.org",
    '<"us\\er"@example.org>': "user@example.org",
    '<"a.b"@example.org>': "a.b@example.org",
    '<"a b"@example.org>': '"a b"@example.org',
    '<"a>b"@example.org>': '"a>b"@example.org',
    '<"a@b"@example.org>': '"a@b"@example.org',
    '<"a\\"b"@example.org>': '"a\\"b"@example.org',
    '<"a\\\\b"@example.org>': '"a\\\\b"@example.org',
    '<"a..b"@example.org>': '"a..b"@example.org',
    '<""@example.org>': '""@example.org',
    '<"root">': "root",
    '<"a b">': '"a b"',
    "<=?utf-8?q?a=0d=0aRCPT?=@example.org>": "=?utf-8?q?a=0d=0aRCPT?=@example.org",
    "<=?utf-8?b?DQo=?=>": "=?utf-8?b?DQo=?=",
    f"<{'a' * 255}@example.org>": f"{'a' * 255}@example.org",
    f"<a@{LONG_DOMAIN}>": f"a@{LONG_DOMAIN}",
}

NO_ADDRESSES = (
    "user@example.org",
    "<user@example.org",
    "user@example.org>",
    "<<user@example.org>>",
    "<user@example.org>>",
    "<user@example.org>x",
    "< user@example.org>",
    "<user@example.org >",
    "<user @example.org>",
    "<user@exam ple.org>",
    "<@example.org>",
    "<user@>",
    "<user@@example.org>",
    "<us@er@example.org>",
    "<.user@example.org>",
    "<user.@example.org>",
    "<us..er@example.org>",
    "<user@.example.org>",
    "<user@example.org.>",
    "<user@example..org>",
    "<user@-example.org>",
    "<user@example-.org>",
    "<user@exa!mple.org>",
    "<user@example.org,other@example.org>",
    "<user(comment)@example.org>",
    "<us\\er@example.org>",
    '<"user@example.org>',
    '<us"er@example.org>',
    '<"us"er@example.org>',
    '<"us\x07er"@example.org>',
    '<"user\\"@example.org>',
    "<user@[]>",
    "<user@[192.0.2.256]>",
    "<user@[192.0.2]>",
    "<user@[IPv6:1::2::3]>",
    "<user@[IPv6:fe80::1%eth0]>",
    "<user@[tag:anything]>",
    "<user@192.0.2.1]>",
    "<@relay.example:user@example.org>",
    "<@a,@b:user@example.org>",
    "<us\rer@example.org>",
    "<us\ner@example.org>",
    "<us\ter@example.org>",
    "<us\0er@example.org>",
    "<us\x7fer@example.org>",
    "<user@example.org\r>",
    "<user@example.org>\r",
    "<us\x85er@example.org>",
    "<us\u2028er@example.org>",
    "<us\u202eer@example.org>",
    "<us\udcffer@example.org>",
    f"<{'a' * 256}@example.org>",
    f"<a@{LONG_DOMAIN}a>",
    f"<a@{LABEL}a.org>",
    f"<a@{LONG_DOMAIN}.a>",
    "",
    "<",
    ">",
)


@pytest.mark.parametrize(("path", "address"), ADDRESSES.items())
def test_an_address_of_rfc_5321_is_read(path: str, address: str) -> None:
    assert read_rcpt(f"TO:{path}", smtputf8=False) == Recipient(address=address)
    assert read_mail(f"FROM:{path}", LIMIT) == MailCommand(
        address=address, parameters=MailParameters()
    )


@pytest.mark.parametrize("path", NO_ADDRESSES)
def test_what_is_no_address_is_refused(path: str) -> None:
    rcpt, mail = read_rcpt(f"TO:{path}", smtputf8=True), read_mail(f"FROM:{path} SMTPUTF8", LIMIT)
    assert isinstance(rcpt, Refused)
    assert isinstance(mail, Refused)
    assert rcpt.reply.startswith((b"501 5.1.3 ", b"553 5.1.3 "))
    assert mail.reply.startswith((b"501 5.1.7 ", b"553 5.1.7 "))


@pytest.mark.parametrize("spaced", ["TO:  <a@b>", "to:<a@b>", "To: <a@b>  "])
def test_case_and_space_around_the_path_do_not_matter(spaced: str) -> None:
    assert read_rcpt(spaced, smtputf8=False) == Recipient(address="a@b")


@pytest.mark.parametrize("argument", ["<a@b>", "TO <a@b>", "FROM:<a@b>", "", ":", "TO"])
def test_without_its_keyword_a_path_is_refused(argument: str) -> None:
    outcome = read_rcpt(argument, smtputf8=False)
    assert isinstance(outcome, Refused)
    assert outcome.reply.startswith(b"501 5.5.4 ")


def test_only_mail_takes_the_null_path() -> None:
    assert read_mail("FROM:<>", LIMIT) == MailCommand(address="", parameters=MailParameters())
    assert isinstance(read_rcpt("TO:<>", smtputf8=False), Refused)


@pytest.mark.parametrize("address", ["jürgen@example.org", "用户@例子.广告", "a@bücher.example"])
def test_an_international_address_needs_smtputf8(address: str) -> None:
    plain = read_mail(f"FROM:<{address}>", LIMIT)
    assert isinstance(plain, Refused)
    assert plain.reply.startswith(b"553 5.6.7 ")
    assert isinstance(read_rcpt(f"TO:<{address}>", smtputf8=False), Refused)
    given = read_mail(f"FROM:<{address}> SMTPUTF8", LIMIT)
    assert given == MailCommand(address=address, parameters=MailParameters(smtputf8=True))
    assert read_rcpt(f"TO:<{address}>", smtputf8=True) == Recipient(address=address)


MAIL_PARAMETERS = {
    "SIZE=1000": MailParameters(),
    "size=0": MailParameters(),
    "BODY=8BITMIME": MailParameters(eight_bit=True),
    "body=7bit": MailParameters(),
    "SMTPUTF8": MailParameters(smtputf8=True),
    "RET=full": MailParameters(ret="FULL"),
    "RET=HDRS ENVID=QQ+20314": MailParameters(ret="HDRS", envid="QQ+20314"),
    f"ENVID={'a' * 100}": MailParameters(envid="a" * 100),
    "AUTH=<>": MailParameters(),
    "AUTH=user+40example.org": MailParameters(),
    "SIZE=5  BODY=8BITMIME   SMTPUTF8": MailParameters(eight_bit=True, smtputf8=True),
}


@pytest.mark.parametrize(("text", "parameters"), MAIL_PARAMETERS.items())
def test_parameters_of_mail_are_read(text: str, parameters: MailParameters) -> None:
    assert read_mail(f"FROM:<a@b> {text}", LIMIT) == MailCommand(
        address="a@b", parameters=parameters
    )


WRONG_MAIL_PARAMETERS = {
    "SIZE": "501 5.5.4",
    "SIZE=": "501 5.5.4",
    "SIZE=x": "501 5.5.4",
    "SIZE=-1": "501 5.5.4",
    "SIZE=٣": "501 5.5.4",
    f"SIZE={'1' * 21}": "501 5.5.4",
    "SIZE=1001": "552 5.3.4",
    "SIZE=1 SIZE=1": "501 5.5.4",
    "BODY=BINARYMIME": "501 5.5.4",
    "BODY": "501 5.5.4",
    "SMTPUTF8=1": "501 5.5.4",
    "RET=BODY": "501 5.5.4",
    f"ENVID={'a' * 101}": "501 5.5.4",
    "ENVID=a+0D+0Ab": "501 5.5.4",
    "ENVID=a+7Fb": "501 5.5.4",
    "ENVID=a+e9": "501 5.5.4",
    "ENVID=a+": "501 5.5.4",
    "ENVID=a=b": "501 5.5.4",
    "AUTH=a+00": "501 5.5.4",
    "NOTIFY=NEVER": "555 5.5.4",
    "XFOO=1": "555 5.5.4",
    "XFOO": "555 5.5.4",
    "=1": "501 5.5.4",
    "-A=1": "501 5.5.4",
    "SIZE=1\x07": "501 5.5.4",
}


@pytest.mark.parametrize(("text", "code"), WRONG_MAIL_PARAMETERS.items())
def test_wrong_parameters_of_mail_are_refused(text: str, code: str) -> None:
    outcome = read_mail(f"FROM:<a@b> {text}", LIMIT)
    assert isinstance(outcome, Refused)
    assert outcome.reply.decode().startswith(code)


def test_parameters_of_rcpt_are_read() -> None:
    text = "TO:<a@b> NOTIFY=success,Failure,SUCCESS ORCPT=rfc822;root+40web01"
    assert read_rcpt(text, smtputf8=False) == Recipient(
        address="a@b", notify=("SUCCESS", "FAILURE"), orcpt="rfc822;root+40web01"
    )
    never = read_rcpt("TO:<a@b> NOTIFY=NEVER", smtputf8=False)
    assert never == Recipient(address="a@b", notify=("NEVER",))
    utf8 = read_rcpt("TO:<a@b> ORCPT=utf-8;jürgen@example.org", smtputf8=True)
    assert utf8 == Recipient(address="a@b", orcpt="utf-8;jürgen@example.org")


@pytest.mark.parametrize(
    "text",
    [
        "NOTIFY=NEVER,FAILURE",
        "NOTIFY=",
        "NOTIFY=SUCCESS,",
        "NOTIFY=ALWAYS",
        "NOTIFY=DELAY,DELAY,DELAY,DELAY",
        "ORCPT=root@web01",
        "ORCPT=rfc822;",
        "ORCPT=rfc822;a+0Ab",
        f"ORCPT=rfc822;{'a' * 494}",
        "ORCPT=utf-8;jürgen@example.org",
        "SIZE=1",
    ],
)
def test_wrong_parameters_of_rcpt_are_refused(text: str) -> None:
    outcome = read_rcpt(f"TO:<a@b> {text}", smtputf8=False)
    assert isinstance(outcome, Refused)
    assert outcome.reply.startswith((b"501 5.5.4 ", b"555 5.5.4 "))


PIECES = st.sampled_from(
    [
        '"',
        "\\",
        "@",
        ".",
        "<",
        ">",
        "[",
        "]",
        ":",
        "a",
        "b",
        " ",
        "%",
        "!",
        "\r",
        "\n",
        "\0",
        "ü",
        "=?",
    ]
)


@given(st.lists(PIECES | st.characters(), max_size=30).map("".join))
@example('<"\\\r\n"@b>')
def test_p8_no_input_brings_a_control_character_out_of_a_path(text: str) -> None:
    for argument in (text, f"TO:{text}", f"TO:<{text}>", f"TO:<{text}@b>", f'TO:<"{text}"@b>'):
        outcome = read_rcpt(argument, smtputf8=True)
        if isinstance(outcome, Refused):
            assert outcome.reply.isascii()
            assert outcome.reply.count(b"\r\n") == 1
        else:
            assert outcome.address.isprintable()
            # An accepted address is read again as itself: it has one spelling.
            assert read_rcpt(f"TO:<{outcome.address}>", smtputf8=True) == outcome


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
def test_a_quoted_local_part_means_what_was_quoted(meant: str) -> None:
    quoted = meant.replace("\\", "\\\\").replace('"', '\\"')
    outcome = read_rcpt(f'TO:<"{quoted}"@example.org>', smtputf8=False)
    assert isinstance(outcome, Recipient)
    assert unquoted(outcome.address.removesuffix("@example.org")) == meant


@pytest.mark.parametrize("piece", ['"', "\\a", "a.", "a-", "<", "@", "[", "a@", '"a"'])
def test_p8_hostile_paths_cost_linear_time(piece: str) -> None:
    def once(size: int) -> float:
        text = piece * (size // len(piece))
        began = time.process_time()
        for _ in range(20):
            read_rcpt(f"TO:<{text}@{text}> {text}", smtputf8=True)
        return time.process_time() - began

    small, large = (min(once(size) for _ in range(3)) for size in (1_000, 8_000))
    assert large < 25 * small + 0.05  # eight times the length; a square would be 64 times
