"""The ways to say no that go along with each mail, in the form that receivers ask for."""

import re

from relay.choice.choice import EVERYTHING, Scope
from relay.choice.links import Links, carries_token
from relay.choice.token import Key, Purpose, read
from relay.rewrite.personal import MARK, is_marked, personal

OPS, MAIL = "ops@example.org", "06H11PE917TN4BPV-12"
JOB = Scope(host="web01", job="copy")
KEYS = (Key(name="a", secret=b"k" * 32),)
URI = re.compile(r"<(https://[^<>\s]+|mailto:[^<>\s]+)>(?:, |$)")  # RFC 2369 s2


def links(url: str | None = "https://reports.example.org") -> Links:
    return Links(
        url=url, mail_domain="example.org", keys=KEYS, help="pm@example.org", sender="example.org"
    )


def fields(
    url: str | None = "https://reports.example.org", *, shared: bool = False
) -> dict[str, str]:
    return dict(links(url).fields(MAIL, OPS, JOB, shared=shared))


def test_there_is_one_https_link_and_one_mailto() -> None:
    ways = URI.findall(fields()["List-Unsubscribe"])
    assert "".join(f"<{way}>, " for way in ways)[:-2] == fields()["List-Unsubscribe"]
    assert [way.partition(":")[0] for way in ways] == ["https", "mailto"]
    assert all(map(carries_token, ways))


def test_one_click_is_offered_with_a_page_only() -> None:
    assert fields()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"  # RFC 8058 s3.1
    assert "List-Unsubscribe-Post" not in fields(None)
    assert URI.findall(fields(None)["List-Unsubscribe"])[0].startswith("mailto:u+")


def test_a_shared_address_gets_no_link_to_its_settings() -> None:
    assert "/p/" in fields()["List-Help"]
    assert fields(shared=True)["List-Help"] == "<mailto:pm@example.org>"


def test_an_address_fits_into_the_local_part_that_servers_take() -> None:
    address = links().mailto("06H11PE917TN4BPV-M12T345", OPS, JOB)
    assert len(address.partition("@")[0]) <= 64  # RFC 5321 s4.5.3.1.1


def test_a_page_s_link_is_good_for_its_purpose() -> None:
    page = links().link(Purpose.PREFERENCES, MAIL, OPS, EVERYTHING)
    assert page is not None
    assert page.startswith("https://reports.example.org/p/")
    assert read(page.rpartition("/")[2]) is not None
    assert not carries_token("https://reports.example.org/p/")


def test_the_mark_gives_way_to_the_token_wherever_a_line_was_broken() -> None:
    head = b"Subject: x\r\n\r\n"
    whole = head + MARK.encode() + b"\r\n"
    assert personal(whole, (), "token") == head + b"token\r\n"
    for at in range(1, len(MARK)):
        broken = head + f"{MARK[:at]}=\r\n{MARK[at:]}\r\n".encode()
        assert is_marked(broken)
        assert personal(broken, (), "token") == head + b"=\r\ntoken\r\n"


def test_only_the_last_mark_is_ours_and_what_is_there_already_stays() -> None:
    mail = f"List-Help: <mailto:a@b>\r\n\r\n{MARK}\r\n--\r\n{MARK}\r\n".encode()
    out = personal(mail, (("List-Help", "<mailto:c@d>"), ("List-Unsubscribe", "<x:y>")), "token")
    assert (
        out
        == (
            f"List-Unsubscribe: <x:y>\r\nList-Help: <mailto:a@b>\r\n\r\n{MARK}\r\n--\r\ntoken\r\n"
        ).encode()
    )


def test_a_mail_without_a_mark_gets_its_fields_all_the_same() -> None:
    mail = b"Subject: x\r\n\r\nbase64\r\n"
    assert not is_marked(mail)
    assert (
        personal(mail, (("List-Unsubscribe", "<x:y>"),), "t")
        == b"List-Unsubscribe: <x:y>\r\n" + mail
    )
