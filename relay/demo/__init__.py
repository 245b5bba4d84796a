"""`relay demo`: real jobs, unchanged scripts, and what the relay makes of their mails.

Start at `play.py`. `scripts/` holds what people write: each runs rsync and mails the output by
`sendmail`, some honestly, one always with "Backup OK". `jobs.py` runs them with a sendmail of ours
first in the path, which plays the host's MTA; where rsync is missing, recorded output is mailed.
"""
