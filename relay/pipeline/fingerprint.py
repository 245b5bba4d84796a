"""Equal for equal news: host, job, verdict and the masked content, as one short text.

Two mails of one job that differ only in times, counters, sizes or process IDs have the same
fingerprint; another error, another failing file, another device or another host has another. The
masking itself is the readers' work (reports/mask.py); here nothing is added or taken away, so that
what a fingerprint stands for can be read in the report.
What happens next: conclude.py keeps it with the job's state.
"""

from hashlib import blake2b

from relay.reports.report import Report

_BYTES = 16


def fingerprint(report: Report) -> str:
    """Return 32 hexadecimal digits that are equal for equal news."""
    digest = blake2b(digest_size=_BYTES)
    for part in (report.host, report.job, report.verdict, *report.news):
        text = "" if part is None else str(part)
        data = text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8) + data)  # lengths, so that no two lists run together
    return digest.hexdigest()
