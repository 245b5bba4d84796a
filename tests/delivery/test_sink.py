"""The sink itself, as the process that end-to-end tests rely on."""

import json
import signal
import smtplib
import subprocess
import sys
from pathlib import Path

from tests.smtpd import Sink

CONTENT = b"Subject: a\r\n\r\n.dot\r\nGr\xc3\xbc\xc3\x9fe\r\n"


def test_as_a_process_it_keeps_mails_and_envelopes_in_files(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.smtpd", "--maildir", str(tmp_path)]
    command += ["--script", '{"rcpt": ["450 4.2.1 busy"]}']
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as sink:
        assert sink.stdout is not None
        port = int(sink.stdout.readline().rpartition(":")[2])
        with smtplib.SMTP("127.0.0.1", port) as client:
            recipients = ["anna@example.net", "ben@example.net"]
            refused = client.sendmail("s@example.org", recipients, CONTENT)
        assert list(refused) == ["anna@example.net"]
        sink.send_signal(signal.SIGTERM)
        assert sink.wait(10) == 0
    (file,) = (tmp_path / "new").iterdir()
    assert file.read_bytes() == CONTENT
    (line,) = (tmp_path / "envelopes.jsonl").read_text().splitlines()
    envelope = json.loads(line)
    assert envelope["content"] == file.name
    assert (envelope["reverse_path"], envelope["recipients"]) == (
        "s@example.org",
        ["ben@example.net"],
    )


def test_it_answers_a_pipelined_session_in_order() -> None:
    with Sink() as sink, smtplib.SMTP(sink.host, sink.port) as client:
        client.ehlo("a")
        client.send("MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n")
        assert [client.getreply()[0] for _ in range(3)] == [250, 250, 354]
        client.send(b"\r\nx\r\n.\r\n")
        assert client.getreply()[0] == 250
        assert sink.wait_for(1)[0].content == b"\r\nx\r\n"
