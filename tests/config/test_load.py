"""The way from files and variables to a configuration."""

import shutil
from pathlib import Path

import pytest
import yaml

from relay.config import Config, load, rules, warnings
from relay.errors import ConfigError, PolicyError
from relay.signing.keys import Algorithm, make_key
from tests.certificates import Authority

ROOT = Path(__file__).parents[2]
MINIMAL = """\
identity: {domain: example.org, postmaster: postmaster@example.org}
hosts:
  - {name: web01, networks: [192.0.2.1], owner: ops@example.org}
upstreams:
  - {name: outbox, kind: maildir, path: outbox}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small valid configuration."""
    path = tmp_path / "config.yaml"
    path.write_text(MINIMAL)
    (tmp_path / "policies").mkdir()
    return path


def problems(path: Path, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load(path, environ)
    return refused.value.problems


def test_the_shipped_configuration_loads_as_it_is_on_a_fresh_machine(tmp_path: Path) -> None:
    shutil.copy(ROOT / "config.yaml", tmp_path)
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    config = load(tmp_path / "config.yaml", {})
    assert [(each.address, each.port) for each in config.ingest.listeners] == [("127.0.0.1", 2525)]
    assert config.hosts[0].name == "localhost"
    assert config.store.url == f"sqlite:///{tmp_path}/var/relay.db"
    assert config.upstreams[0].path == tmp_path / "var/outbox"
    assert rules(config).rules


def test_what_the_shipped_configuration_shows_are_the_defaults(file: Path) -> None:
    shipped, bare = load(ROOT / "config.yaml", {}), load(file, {})
    for section in ("ingest", "retry", "signing", "pool", "web"):
        assert getattr(shipped, section) == getattr(bare, section)
    assert shipped.identity.from_ == bare.identity.from_
    assert shipped.store.retention == bare.store.retention
    assert shipped.store.lease == bare.store.lease


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert problems(tmp_path / "nothing.yaml") == [
        f"{tmp_path}/nothing.yaml: cannot be read: No such file or directory"
    ]


def test_bytes_that_are_no_text_are_refused_with_their_line(file: Path) -> None:
    file.write_bytes(MINIMAL.encode() + b"web:\n  address: \xff\n")
    assert problems(file)[0].startswith(f"{file}:7 is not UTF-8")
    file.write_bytes(MINIMAL.encode() + b"web:\n  address: \x07\n")
    assert problems(file)[0].startswith(f"{file}:7 holds a control character")


def test_a_huge_file_is_refused_unread(file: Path) -> None:
    file.write_bytes(b"#" * (2 << 20))
    assert "larger than 1 MiB" in problems(file)[0]


class TestEnvironment:
    def test_it_overrides_the_file(self, file: Path) -> None:
        config = load(
            file,
            {
                "RELAY_IDENTITY__DOMAIN": "example.net",
                "RELAY_INGEST__LIMITS__MESSAGE_SIZE": "1MiB",
                "RELAY_WEB__ENABLED": "false",
                "RELAY_IDENTITY__FROM": "{host} <{host}@{domain}>",
            },
        )
        assert config.identity.domain == "example.net"
        assert config.ingest.limits.message_size == 1 << 20
        assert not config.web.enabled
        assert config.identity.from_ == "{host} <{host}@{domain}>"

    def test_entries_of_lists_have_positions(self, file: Path) -> None:
        config = load(
            file,
            {
                "RELAY_UPSTREAMS__0__PATH": "elsewhere",
                "RELAY_UPSTREAMS__1__NAME": "second",
                "RELAY_UPSTREAMS__1__HOST": "mail.example.org",
                "RELAY_HOSTS__0__NETWORKS": "192.0.2.2, 192.0.2.3",
            },
        )
        assert [each.name for each in config.upstreams] == ["outbox", "second"]
        assert config.upstreams[0].path == file.parent / "elsewhere"
        assert [str(each) for each in config.hosts[0].networks] == ["192.0.2.2/32", "192.0.2.3/32"]

    def test_a_list_grows_beyond_ten(self, file: Path) -> None:
        more = {f"RELAY_UPSTREAMS__{number}__NAME": f"u{number}" for number in range(1, 12)}
        more |= {f"RELAY_UPSTREAMS__{number}__HOST": "mail.example" for number in range(1, 12)}
        assert len(load(file, more).upstreams) == 12

    def test_a_section_may_be_given_whole(self, file: Path) -> None:
        hosts = '[{"name": "db01", "networks": ["192.0.2.9"]}]'
        assert [each.name for each in load(file, {"RELAY_HOSTS": hosts}).hosts] == ["db01"]

    def test_a_value_comes_from_a_file(self, file: Path) -> None:
        (file.parent / "url").write_text("postgresql+psycopg://relay:swordfish@db/relay\n")
        config = load(file, {"RELAY_STORE__URL_FILE": str(file.parent / "url")})
        assert config.store.url == "postgresql+psycopg://relay:swordfish@db/relay"

    def test_a_password_file_in_the_environment_wins_over_a_password_in_the_file(
        self, file: Path
    ) -> None:
        file.write_text(
            MINIMAL + "  - {name: smarthost, host: mail.example.org, user: u, password: old}\n"
        )
        (file.parent / "secret").write_text("new\n")
        config = load(file, {"RELAY_UPSTREAMS__1__PASSWORD_FILE": "secret"})
        password = config.upstreams[1].password
        assert password is not None
        assert password.get_secret_value() == "new"

    def test_users_file_is_a_key_and_no_file_to_read_a_key_from(self, file: Path) -> None:
        assert (
            "not-there: cannot be read" in problems(file, RELAY_INGEST__USERS_FILE="not-there")[0]
        )

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("RELAY_STOER__URL", "x", 'unknown key "stoer"; did you mean "store"?'),
            ("RELAY_STORE__ULR", "x", 'unknown key "ulr"; did you mean "url"?'),
            ("RELAY_UPSTREAMS__X__HOST", "x", 'part "x" must be a position in a list, from 0'),
            ("RELAY_UPSTREAMS__7__HOST", "x", "position 7 is not there; the next is 1"),
            ("RELAY_HOSTS", "[", "is neither JSON nor YAML; check quotes and brackets"),
            (
                "RELAY_STORE__URL_FILE",
                "/not/there",
                "names a file that cannot be read: No such file",
            ),
        ],
    )
    def test_a_wrong_variable_is_named(self, file: Path, name: str, value: str, said: str) -> None:
        (found,) = problems(file, **{name: value})
        assert found.startswith(f"environment {name}: {said}")

    def test_a_wrong_value_is_blamed_on_its_variable(self, file: Path) -> None:
        found = problems(file, RELAY_WEB__PORT="http", RELAY_IDENTITY__POSTMASTER="root")
        assert found == ["environment RELAY_WEB__PORT web.port: must be a whole number"]
        (found,) = problems(file, RELAY_IDENTITY__POSTMASTER="root")
        assert found.startswith("environment RELAY_IDENTITY__POSTMASTER postmaster must be")

    def test_what_is_not_ours_or_empty_is_left_alone(self, file: Path) -> None:
        environ = {
            "RELAY_CONFIG": "/etc/relay/config.yaml",
            "RELAY_PORT": "tcp://10.0.0.1:2525",  # Kubernetes makes these
            "RELAY_PORT_2525_TCP_ADDR": "10.0.0.1",
            "RELAY_IDENTITY__DOMAIN": "",
        }
        assert load(file, environ) == load(file, {})


class TestFiles:
    def test_relative_paths_count_from_the_folder_of_the_file(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir("/")
        config = load(file, {})
        assert config.policy.folder == file.parent / "policies"
        assert config.store.url == f"sqlite:///{file.parent}/var/relay.db"
        monkeypatch.chdir(file.parent)
        assert load(Path("config.yaml"), {}) == config

    def test_a_password_file_is_read(self, file: Path) -> None:
        (file.parent / "secret").write_text("swordfish\n")
        login = "host: mail.example.org, user: u, password_file: secret"
        file.write_text(MINIMAL + f"  - {{name: smarthost, {login}}}\n")
        password = load(file, {}).upstreams[1].password
        assert password is not None
        assert password.get_secret_value() == "swordfish"
        (file.parent / "secret").write_text("\n")
        assert problems(file) == [
            f"{file}:6 password_file: the file is empty; write the password into it"
        ]

    def test_a_certificate_and_its_key_are_tried(self, file: Path) -> None:
        authority = Authority(file.parent)
        pem, other = authority.pem("relay.example.org"), authority.pem("other.example.org")
        listener = "ingest:\n  listeners:\n    - {tls: starttls, certificate: %s, key: %s}\n"
        file.write_text(MINIMAL + listener % (pem, pem))
        pem.chmod(0o600)
        other.chmod(0o600)
        assert load(file, {}).ingest.listeners[0].key == pem
        pem.chmod(0o644)
        assert "others may read" in problems(file)[0]
        file.write_text(MINIMAL + listener % (pem, other))
        assert "no PEM files that belong together" in problems(file)[0]

    def test_a_certificate_of_the_pages_and_its_key_are_tried(self, file: Path) -> None:
        pem = Authority(file.parent).pem("reports.example.org")
        text = f"choice: {{url: 'https://reports.example.org', certificate: {pem}, key: {pem}}}\n"
        file.write_text(MINIMAL + text)
        pem.chmod(0o644)
        assert "others may read" in problems(file)[0]
        pem.chmod(0o600)
        assert load(file, {}).choice.key == pem
        pem.write_text("nonsense")
        assert "no PEM files that belong together" in problems(file)[0]

    def test_a_signing_key_that_others_can_read_is_refused(self, file: Path) -> None:
        key = file.parent / "key.pem"
        make_key(Algorithm.ED25519, key)
        file.write_text(MINIMAL + "signing: {keys: [{selector: a, file: key.pem}]}\n")
        assert load(file, {}).signing.keys[0].file == key
        key.chmod(0o640)
        (found,) = problems(file)
        assert found.startswith(f"{file}:6 {key}: others may use this key (mode 0640)")

    def test_a_user_that_nobody_can_be_is_found(self, file: Path) -> None:
        users = file.parent / "users"
        users.write_text("nas:$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaA\n")
        users.chmod(0o600)
        file.write_text(
            MINIMAL.replace("networks:", "users: [nsa], networks:")
            + "ingest: {users_file: users}\n"
        )
        assert 'unknown user "nsa" in ingest.users_file; did you mean "nas"?' in problems(file)[0]

    def test_a_broken_policy_is_found_with_its_own_place(self, file: Path) -> None:
        config = load(file, {})
        (file.parent / "policies/mine.yaml").write_text(
            "rules:\n  - name: x\n    then: {rout: now}\n"
        )
        assert problems(file) == ['policies/mine.yaml:3 unknown key "rout"; did you mean "route"?']
        with pytest.raises(PolicyError):
            rules(config)


class TestSecrets:
    def config(self, file: Path) -> Config:
        file.write_text(
            MINIMAL + "  - {name: s, host: mail.example.org, user: u, password: swordfish}\n"
            "store: {url: 'postgresql+psycopg://relay:swordfish@db.example.org/relay'}\n"
        )
        return load(file, {})

    def test_repr_shows_none(self, file: Path) -> None:
        config = self.config(file)
        assert "swordfish" not in repr(config)
        assert "swordfish" not in str(config)
        assert "swordfish" not in repr(config.upstreams)

    @pytest.mark.parametrize(
        "line",
        [
            "password:swordfish",
            "password: *swordfish",
            "password: &swordfish",
            "password: !swordfish",
            "password: {swordfish: 1}",
            "password: [swordfish]",
            "password: 'swordfish",
            "password: swordfish: fish",
            "passwort: swordfish",
            "port: swordfish",
            "user: u\n    password: swordfish\n    tls: none",
            "swordfish: x",
        ],
    )
    def test_errors_show_none(self, file: Path, line: str) -> None:
        file.write_text(MINIMAL + f"  - name: smarthost\n    host: mail.example.org\n    {line}\n")
        found = problems(file)
        said = "\n".join(found).replace('unknown key "swordfish"', "")
        assert "swordfish" not in said

    def test_errors_show_none_from_the_environment(self, file: Path) -> None:
        (file.parent / "secret").write_text("swordfish")
        for name in ("RELAY_WEB__PORT_FILE", "RELAY_STORE__URL_FILE", "RELAY_HOSTS_FILE"):
            said = problems(file, **{name: "secret"})
            assert "swordfish" not in "\n".join(said)


class TestWarnings:
    def test_what_is_unwise_is_told_and_loads_all_the_same(self, file: Path) -> None:
        file.write_text(
            MINIMAL + "  - {name: smarthost, host: mail.example.org, tls: opportunistic}\n"
            "ingest: {hostname: relay, listeners: [{address: 192.0.2.1}]}\n"
        )
        said = warnings(load(file, {}))
        beginnings = (
            "identity.postal_address is not set",
            "ingest.hostname: this relay calls itself relay",
            "signing.keys is empty: mail leaves unsigned",
            "upstream outbox is a maildir",
            "upstream smarthost: tls opportunistic",
            "ingest.listeners: 192.0.2.1:2525 takes mail in the clear",
            "choice.url is not set",
            "alerts.urls is empty",
        )
        assert len(said) == len(beginnings)
        assert all(map(str.startswith, said, beginnings))

    def test_nothing_is_said_about_a_good_one(self, file: Path) -> None:
        make_key(Algorithm.ED25519, file.parent / "key.pem")
        data = yaml.safe_load(MINIMAL)
        data["identity"]["postal_address"] = "Example Ltd"
        data["ingest"] = {"hostname": "relay.example.org"}
        data["choice"] = {"url": "https://reports.example.org"}
        data["alerts"] = {"urls": ["ntfys://ntfy.sh/topic"]}
        data["upstreams"] = [{"name": "smarthost", "host": "mail.example.org"}]
        data["signing"] = {"keys": [{"selector": "a", "file": "key.pem"}]}
        file.write_text(yaml.safe_dump(data))
        assert warnings(load(file, {})) == []

    def test_a_from_that_the_signature_does_not_stand_for_is_told(self, file: Path) -> None:
        make_key(Algorithm.ED25519, file.parent / "key.pem")
        file.write_text(MINIMAL + "signing: {keys: [{selector: a, file: key.pem}]}\n")
        pattern = {"RELAY_IDENTITY__FROM": "{host} <{host}@example.net>"}
        assert any("example.net" in each for each in warnings(load(file, pattern)))
        below = {"RELAY_IDENTITY__FROM": "{host} <backup@{host}.{domain}>"}
        assert not any(each.startswith("From") for each in warnings(load(file, below)))

    @pytest.mark.parametrize(
        ("upstream", "advice"),
        [
            ("profile: microsoft365, user: a, password: b", "passwords off at the end of December"),
            ("host: smtp.office365.com, user: a, password: b", "set profile: microsoft365"),
            (
                "profile: ses, host: email-smtp.eu-west-1.amazonaws.com",
                "quota that the SES console",
            ),
        ],
    )
    def test_what_is_known_of_a_service_is_told(
        self, file: Path, upstream: str, advice: str
    ) -> None:
        file.write_text(MINIMAL + f"  - {{name: cloud, {upstream}}}\n")
        said = [each for each in warnings(load(file, {})) if each.startswith("upstream cloud: ")]
        assert any(advice in each for each in said)
