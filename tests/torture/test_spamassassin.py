"""SpamAssassin finds nothing in what leaves that is ours to shape: no mail of ours is above 2.0."""

from pathlib import Path

import pytest

from bench.spamcheck import ALLOWED, judge
from tests.torture.conftest import WHOLE, Figure

CORPUS = sorted((Path(__file__).parents[1] / "messages").glob("*.eml"))
# What the host itself wrote, and we do not touch: see docs/deliverability.md.
THEIRS = {
    "011-colours-as-octet-stream": "no text at all beside its attachment",
    "014-alternative": "its HTML part says other words than its plain one",
    "017-nested": "its HTML part says other words than its plain one",
    "023-duplicate-fields": "two Message-IDs, of which the one that stays is short",
    "rsync-17-question-about-a-log": "a person's mail, with an X-Mailer that gives it away",
}


@pytest.mark.needs("spamassassin")
@pytest.mark.timeout(300)
def test_p7_no_mail_that_leaves_is_above_the_mark(tmp_path: Path, figure: Figure) -> None:
    mails = CORPUS if WHOLE else CORPUS[::10]
    judged = judge(mails, tmp_path)
    before = sum(each.before.points > ALLOWED for each in judged)
    above = {each.after.name: each.after for each in judged if each.after.points > ALLOWED}
    figure("spam: SpamAssassin", f"{len(judged)} mails: {before} above 2.0, {len(above)} after")
    assert {name: above[name] for name in above.keys() - THEIRS.keys()} == {}
    assert any(each.before.points > ALLOWED for each in judged)  # or it judges nothing
