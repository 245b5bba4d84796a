"""Whatever a file holds, it costs bounded time and gives a clear line, never a traceback."""

import io
import os
import tarfile
import time
from pathlib import Path

import pytest

from relay.audit.audit import LARGEST, audit
from relay.audit.shell.parse import parse
from relay.audit.source import Source
from relay.errors import RelayError
from relay.scan.fan_out import examine_all
from relay.scan.places import Place, places, usual
from relay.scan.reading import examine
from relay.scan.tarball import members

SH = b"#!/bin/sh\n"
DEEP = {
    "parentheses": b"(" * 50_000,
    "substitutions": b"echo " + b"$(" * 50_000,
    "quotes": b"echo " + b'"$(' * 50_000,
    "expansions": b"echo " + b"${a:-" * 50_000,
    "arithmetic": b"echo $((" + b"(" * 50_000 + b"1" + b")" * 50_000 + b"))",
    "ifs": b"if true; then " * 20_000 + b"fi " * 20_000,
    "a test in parentheses": b"[ " + b"( " * 20_000 + b"x" + b" )" * 20_000 + b" ]",
    "negations": b"[ " + b"! " * 50_000 + b"x ]",
    "a list": b"rsync a b " + b"&& rsync a b " * 20_000,
    "a pipe": b"rsync a b " + b"| tee x " * 20_000,
    "lines of work": b"rsync a b\n" * 30_000,
    "branches": b"if [ -f x ]; then rsync a b; fi\n" * 10_000,
    "cases": b"case $x in " + b"a) rsync a b;; " * 10_000 + b"esac",
    "calls that double": b"".join(b"f%d() { f%d; f%d; }\n" % (n, n + 1, n + 1) for n in range(500))
    + b"f0\n",
    "a value that doubles": b"x=aaaaaaaa\n" + b'x="$x$x"\n' * 2000 + b'mail -s "$x" root\n',
    "a function that calls itself": b"f() { f; f; rsync a b | f; }\nf\n",
    "an eval of itself": b'x=\'eval "$x"; eval "$x"\'\neval "$x"\n',
    "a trap in a trap": b"trap 'rsync a b; false; exit 1' EXIT ERR\nset -e\nfalse\nrsync a b\n",
    "here-documents without end": b"".join(b"cat <<E%d\n" % n for n in range(10_000)),
    "every byte": bytes(range(1, 256)) * 1000,
    "carriage returns": b"rsync a b\rmail -s OK root\r" * 5000,
}


@pytest.mark.parametrize("name", DEEP)
def test_a_hostile_script_costs_seconds_at_most(name: str) -> None:
    start = time.process_time()
    audited = audit(Source(path="x.sh", data=SH + DEEP[name], mode=0o700))
    assert time.process_time() - start < 15
    assert "bug" not in audited.note
    assert "\n" not in audited.note


def test_bytes_that_are_no_text_are_said_to_be_none() -> None:
    assert audit(Source(path="x.sh", data=b"#!/bin/sh\n\0\0")).note == "not judged: not text"
    utf16 = "#!/bin/sh\nrsync a b".encode("utf-16")
    assert audit(Source(path="x.sh", data=utf16)).note == "not judged: not text"


def test_latin_1_is_read_and_its_findings_stand_in_the_right_line() -> None:
    data = SH + "# f\xfcr alle\nrsync a b > l\nmail -s 'Backup OK' root < l\n".encode("latin-1")
    assert ("RA101", 4) in {
        (e.rule.id, e.line) for e in audit(Source(path="x", data=data)).findings
    }


def test_broken_syntax_is_named_by_its_line_and_the_rest_is_judged() -> None:
    data = SH + b'rsync a b > l 2>&1\nmail -s "Backup OK" root < l\nif true; then\n'
    audited = audit(Source(path="x.sh", data=data))
    assert audited.note.startswith("line ")
    assert "RA101" in {each.rule.id for each in audited.findings}


def test_a_tree_says_where_it_is_broken() -> None:
    assert parse(b"echo hello\n").broken is None
    assert parse(b"echo hello\nif x; then\n").broken is not None


def notes(*paths: Path | str) -> dict[str, str]:
    return {Path(each.path).name: each.note for each in examine_all(places(map(str, paths)))}


def test_what_is_no_file_is_never_opened_and_gets_a_line(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.sh")
    (tmp_path / "large.sh").write_bytes(SH + b"#" * LARGEST)
    with (tmp_path / "sparse.sh").open("wb") as file:
        file.truncate(100_000_000)
    (tmp_path / "binary").write_bytes(b"\x7fELF\0\0")
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "good.sh").write_bytes(SH)
    told = notes(tmp_path)
    assert told["fifo.sh"] == "cannot be read: a named pipe"
    assert "more than 1,000,000" in told["large.sh"]
    assert "100,000,000 bytes" in told["sparse.sh"]
    assert told["binary"] == "not judged: not text"
    assert told["good.sh"] == ""
    assert set(told) == {"fifo.sh", "large.sh", "sparse.sh", "binary", "good.sh"}
    assert "symbolic links" in notes(tmp_path / "one")["one"]
    assert notes("/dev/null") == {"null": "cannot be read: a device"}
    assert "No such file" in notes(tmp_path / "absent")["absent"]


def test_a_file_that_became_a_pipe_since_the_walk_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.sh")
    place = Place(shown="x.sh", real=str(tmp_path / "x.sh"))
    assert examine(place).note == "cannot be read: it is no regular file"


def test_a_link_does_not_lead_out_of_a_root(tmp_path: Path) -> None:
    (tmp_path / "root/etc").mkdir(parents=True)
    (tmp_path / "secret.sh").write_bytes(SH)
    (tmp_path / "root/etc/crontab").symlink_to(tmp_path / "secret.sh")
    (found,) = places(usual(tmp_path / "root"), tmp_path / "root")
    assert "out of the root" in found.note


def test_many_files_come_back_in_their_order_from_several_processes(tmp_path: Path) -> None:
    for number in range(120):
        (tmp_path / f"{number:03}.sh").write_bytes(SH + b"rsync a b || true\n" * (number % 3))
    results = list(examine_all(places([str(tmp_path)]), processes=2))
    assert [Path(each.path).stem for each in results] == [f"{n:03}" for n in range(120)]
    assert [len(each.findings) for each in results] == [number % 3 for number in range(120)]


def tar_of(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(f"./etc/{name}")
            info.size, info.mode = len(data), 0o640
            tar.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("etc/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    return stream.getvalue()


def test_a_tar_is_read_as_a_stream_and_only_its_files() -> None:
    found = list(members(io.BytesIO(tar_of(crontab=b"x", large=b"#" * (LARGEST + 1)))))
    first, second = found
    assert isinstance(first, Source)
    assert (first.path, first.data, first.mode) == ("/etc/crontab", b"x", 0o640)
    assert isinstance(second, Place)
    assert "more than" in second.note


@pytest.mark.parametrize(
    "data",
    [b"", b"no tar", tar_of(a=b"x" * 5000)[:60], b"\x1f\x8b" * 500],
    ids=("empty", "words", "cut", "noise"),
)
def test_what_is_no_tar_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(RelayError, match="no tar that can be read"):
        list(members(io.BytesIO(data)))


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("main.cf", "relayhost = [relay.example.org]:2525\n", False),
        ("main.cf", "relayhost = [mail.example.net]:587\n", True),
        (".msmtprc", "account a\nhost RELAY.example.org\ntls on\n", False),
        (".msmtprc", "account a\nhost smtp.example.net\ntls on\n", True),
    ],
)
def test_a_smarthost_is_compared_with_the_names_of_the_relay(
    path: str, text: str, found: bool
) -> None:
    source = Source(path=path, data=text.encode())
    ids = {each.rule.id for each in audit(source, ("relay.example.org",)).findings}
    assert ("RA507" in ids) is found
    assert "RA507" not in {each.rule.id for each in audit(source).findings}


def test_a_redirection_that_goes_on_in_the_next_line_is_read_as_one() -> None:
    data = SH + b'echo a >>\\\nlog\nrsync a b > \\\n  l 2>&1\nmail -s "Backup OK" root < l\n'
    assert {(e.rule.id, e.line) for e in audit(Source(path="x.sh", data=data)).findings} == {
        ("RA101", 6),
        ("RA201", 6),
    }


def test_where_a_reserved_word_is_read_as_a_command_nothing_is_said_of_runs() -> None:
    data = SH + b'fi\nrsync a b > l 2>&1\nmail -s "Backup OK" root < l\n'
    audited = audit(Source(path="x.sh", data=data))
    assert audited.note.startswith("line 2: ")
    assert "RA101" not in {each.rule.id for each in audited.findings}
