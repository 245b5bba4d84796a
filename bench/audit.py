"""Ten thousand scripts, crontabs and units, audited: `python -m bench.audit [FILES]`.

They are the files of the corpus over and over, every twentieth of them behind a long preamble, so
that sizes are like those on hosts: most are short, some have hundreds of lines.
"""

import sys
import tempfile
import time
from pathlib import Path

from relay.scan.fan_out import examine_all
from relay.scan.places import places

CORPUS = Path(__file__).parent.parent / "tests/audit/corpus"
_PREAMBLE = """\
log() { echo "$(date) $*" >> /var/log/job.log; }
if [ ! -d "/srv/$NAME" ]; then
  mkdir -p "/srv/$NAME" && log "made $NAME"
fi
for each in a b c; do
  case "$each" in
    a) log "$each" ;;
    *) find "/srv/$each" -name '*.tmp' -delete | while read -r f; do log "$f"; done ;;
  esac
done
"""


def written(folder: Path, count: int) -> int:
    """Write `count` files; return their bytes."""
    known = [each.with_suffix("") for each in sorted(CORPUS.rglob("*.expected"))]
    total = 0
    for number in range(count):
        source = known[number % len(known)]
        target = folder / f"{number // 500}" / f"{number}" / source.relative_to(CORPUS)
        target.parent.mkdir(parents=True, exist_ok=True)
        data = source.read_bytes()
        if number % 20 == 0 and data.startswith(b"#!"):
            head, _, rest = data.partition(b"\n")
            data = head + b"\n" + _PREAMBLE.encode() * 20 + rest
        target.write_bytes(data)
        total += len(data)
    return total


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        size = written(Path(name), count)
        start = time.perf_counter()
        results = list(examine_all(places([name]), processes=2))
        seconds = time.perf_counter() - start
    findings = sum(len(each.findings) for each in results)
    judged = sum(each.kind != "other" for each in results)
    print(f"{len(results):,} files, {size / 1e6:.1f} MB, {judged:,} judged, {findings:,} findings")
    print(f"{seconds:.1f} s with 2 processes, {len(results) / seconds:,.0f} files a second")


if __name__ == "__main__":
    main()
