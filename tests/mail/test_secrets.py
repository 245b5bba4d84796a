"""Secrets go, everything else stays, line for line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.mail.secrets import REDACTED, redact, redact_variable

SECRET = "Hunter2!x"

TABLE = [
    "rsync -a rsync://bob:{}@nas/module /srv",
    "git clone https://bob:{}@git.example/x.git",
    "postgresql://app:{}@db:5432/app",
    "amqp://:{}@mq",
    "RSYNC_PASSWORD={} rsync -a /srv bob@nas::srv",
    "export BORG_PASSPHRASE='{}'",
    'BORG_PASSPHRASE="two words {}" borg create',
    "RESTIC_PASSWORD={}",
    "PGPASSWORD={} pg_dump app",
    "MYSQL_PWD={} mysqldump app",
    "DB_PASS={}",
    "SMTP_PASSWORD = {}",
    "GITHUB_TOKEN={}",
    "CLIENT_SECRET={}",
    "AWS_SECRET_ACCESS_KEY={}",
    "API_KEY={}",
    "apikey={}",
    "https://api.example/hook?token={}&x=1",
    '{{"password": "{}", "user": "bob"}}',
    "password: {}",
    "Passwort={}",
    "<RSYNC_PASSWORD={}>",
    "mysqldump -uroot -p{} app | gzip > app.sql.gz",
    "/usr/bin/mysql -h db -u root -p'{}' app",
    "mariadb-dump -p{} app",
    "mysql --user=root --password={} app",
    "sshpass -p {} rsync -a /srv bob@nas:/srv",
    "sshpass -p{} ssh -p 2222 bob@nas",
    "sshpass -v -p '{}' ssh bob@nas",
    "curl -u bob:{} https://x.example",
    "curl --user bob:{} https://x.example",
    "wget --user bob --password {} https://x.example",
    "curl -H 'Authorization: Basic {}' https://x.example",
    "Authorization: Bearer {}",
    "Proxy-Authorization: Basic {}",
    "X-Api-Key: {}",
    "Set-Cookie: {}",
    "lftp -u bob,{} ftp.example",
    "smbclient //nas/srv -U bob%{} -c ls",
    "sendmail -S mx -f root -auroot -ap{}",
    "ldapsearch -x -D cn=admin -w {} -b dc=example",
    "redis-cli -h cache -a {} ping",
    "7z a -p{} out.7z /srv",
    "zip -r -P {} out.zip /srv",
    "openssl enc -aes256 -pass pass:{} -in a",
    "vault login --token {}",
    "restic --password {} check",
    "https://hooks.slack.com/services/{}",
]

TOKENS = [
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "github_pat_11ABCDEFG0123456789_abcdefghij",
    "glpat-0123456789abcdefghij",
    "xoxb-123456789012-123456789012-abcdef",
    "sk_live_0123456789abcdef",
    "AIzaSyA0123456789abcdefghijklmnopqrstuv",
    "SG.0123456789abcdefghij.0123456789abcdefghij",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "dop_v1_0123456789abcdef0123456789abcdef",
    "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQ",
    "123456789:AAE0123456789abcdefghijklmnopqrstuv",
]

HARMLESS = [
    "http://host:8080/a@b.example",
    "rsync://bob@nas/module",
    "--password-file=/etc/rsyncd.secrets",
    "rsync --password-file /etc/rsync.pass -a /srv bob@nas::srv",
    "SSH_AUTH_SOCK=/run/agent",
    "PWD=/root",
    "OLDPWD=/srv",
    "tests: pass=12 fail=0",
    "password is wrong",
    "rsync error: auth failed on module srv",
    "@ERROR: auth failed on module srv: password mismatch",
    "Enter passphrase for key '/root/.ssh/id_ed25519':",
    "mysql -P 3306 -h db",
    "monkey=5 keyboard=de",
    "accounting/password_policy.pdf",
    "sent 109,129 bytes  received 155 bytes  72,856.00 bytes/sec",
    "Number of deleted files: 0",
    "curl: (22) The requested URL returned error: 403",
    "cp /srv/secret/notes.txt /mnt",
    "user:group 1000:1000",
]


@pytest.mark.parametrize("template", TABLE)
def test_a_secret_goes_and_the_rest_of_its_line_stays(template: str) -> None:
    line = template.format(SECRET)
    hidden = redact(line)
    assert SECRET not in hidden
    assert REDACTED in hidden
    kept = template.split("{}", maxsplit=1)[0].split("'", maxsplit=1)[0].split('"', maxsplit=1)[0]
    assert hidden.startswith(kept.replace("{{", "{"))


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_is_known_by_its_form(token: str) -> None:
    assert redact(f"using {token} now") == f"using {REDACTED} now"


@pytest.mark.parametrize("line", HARMLESS)
def test_a_harmless_line_stays(line: str) -> None:
    assert redact(line) == line


@pytest.mark.parametrize("line", [*TABLE, *HARMLESS])
def test_redacting_twice_changes_nothing_more(line: str) -> None:
    once = redact(line.format(SECRET) if line in TABLE else line)
    assert redact(once) == once


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*TABLE, *HARMLESS, "", "-----BEGIN PRIVATE KEY-----", "\r"])))
def test_lines_keep_their_numbers(chosen: list[str]) -> None:
    text = "\n".join(chosen)
    assert redact(text).count("\n") == text.count("\n")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_redacted_without_a_fault_and_keeps_its_line_count(text: str) -> None:
    assert redact(text).count("\n") == text.count("\n")


def test_a_private_key_is_blanked_line_by_line() -> None:
    text = (
        "before\n-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\nAAAA\n"
        "-----END OPENSSH PRIVATE KEY-----\nafter"
    )
    assert redact(text) == (
        f"before\n-----BEGIN OPENSSH PRIVATE KEY-----\n{REDACTED}\n{REDACTED}\n"
        "-----END OPENSSH PRIVATE KEY-----\nafter"
    )


def test_a_blank_line_in_a_private_key_stays_blank() -> None:
    text = "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBF\n-----END PGP PRIVATE KEY BLOCK-----\n"
    assert redact(text) == text.replace("lQOYBF", REDACTED)


def test_a_private_key_without_an_end_takes_no_prose_with_it() -> None:
    text = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nrsync error: it failed (code 23)"
    assert redact(text).splitlines()[1:] == [REDACTED, "rsync error: it failed (code 23)"]


def test_a_private_key_on_one_line_is_blanked() -> None:
    text = r"KEY: -----BEGIN PRIVATE KEY-----\nMIIEpAIBAAK\n-----END PRIVATE KEY----- end"
    assert "MIIEpAIBAAK" not in redact(text)


@pytest.mark.parametrize(
    ("value", "hidden"),
    [
        ("<BORG_PASSPHRASE=correct horse battery>", f"<BORG_PASSPHRASE={REDACTED}>"),
        ("<BORG_PASSCOMMAND=echo hunter2>", f"<BORG_PASSCOMMAND={REDACTED}>"),
        ("<DB_PASSWORD=sample-only>", f"<DB_PASSWORD={REDACTED}>"),
        ("<HCLOUD_TOKEN=x>", f"<HCLOUD_TOKEN={REDACTED}>"),
        ("<PWD=/root>", "<PWD=/root>"),
        ("<SSH_AUTH_SOCK=/run/x>", "<SSH_AUTH_SOCK=/run/x>"),
        ("<PASSWORD_FILE=/etc/x>", "<PASSWORD_FILE=/etc/x>"),
        ("<REPO=ssh://bob:pw@nas/repo>", f"<REPO=ssh://bob:{REDACTED}@nas/repo>"),
        ("<SHELL=/bin/sh>", "<SHELL=/bin/sh>"),
        ("rubbish", "rubbish"),
    ],
)
def test_a_variable_of_cron_loses_its_secret_value_whole(value: str, hidden: str) -> None:
    assert redact_variable(value) == hidden
