"""Every figure that Prometheus may ask for, by name and unit as it wants them.

Counters and histograms live in the process; what only the store knows is read when it is asked for
(web/health.py). Labels have few values: upstreams, kinds, causes; never an address or an ID.
What happens next: journal.py and the workers count, docker/ has a dashboard and rules for alerts.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
EVENTS = Counter("relay_events", "Business events, by name.", ["event"], registry=REGISTRY)
ACCEPTED = Counter("relay_accepted_recipients", "Recipients accepted with 250.", registry=REGISTRY)
VERDICTS = Counter(
    "relay_verdicts", "Messages understood, by verdict.", ["verdict"], registry=REGISTRY
)
ATTEMPTS = Counter(
    "relay_attempts",
    "Attempts at delivery, by upstream, outcome and cause.",
    ["upstream", "outcome", "cause"],
    registry=REGISTRY,
)
ACCEPT_SECONDS = Histogram(
    "relay_accept_seconds",
    "From the final dot to the commit.",
    registry=REGISTRY,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
DELIVERY_SECONDS = Histogram(
    "relay_delivery_seconds",
    "From acceptance to upstream's 250, by verdict, or by kind for mails of our own.",
    ["verdict"],
    registry=REGISTRY,
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400),
)
RETURNED = Counter(
    "relay_returned",
    "Mails that came to our return addresses, by sort.",
    ["sort"],
    registry=REGISTRY,
)
BREACHES = Counter(
    "relay_lint_breaches",
    "Mails that broke a rule of weight when they were first sent, by rule.",
    ["rule"],
    registry=REGISTRY,
)
FINDINGS = Gauge(
    "relay_doctor_findings",
    "What the doctor found at its last visit, by severity.",
    ["severity"],
    registry=REGISTRY,
)
WEATHER = Gauge(
    "relay_weather_state",
    "How mail is received there: 0 clear, 1 watch, 2 strained, 3 blocked.",
    ["upstream", "domain"],
    registry=REGISTRY,
)
STANDING = Gauge(
    "relay_alarms_standing", "Alarms that stand, by kind.", ["kind"], registry=REGISTRY
)
DIFFERENCE = Gauge(
    "relay_conservation_difference",
    "Accepted recipients that are not accounted for, at the last check; must be 0.",
    registry=REGISTRY,
)
FOLDED = Counter(
    "relay_folded",
    "Recipients' copies that joined a batch instead of leaving at once, by kind of batch.",
    ["kind"],
    registry=REGISTRY,
)
BATCH_REPORTS = Histogram(
    "relay_batch_reports",
    "Reports in each mail that carries several, by kind of batch.",
    ["kind"],
    registry=REGISTRY,
    buckets=(1, 2, 5, 10, 20, 50, 100, 500, 2000),
)
RECIPIENTS = Gauge(
    "relay_recipients",
    "Accepted recipients by their fate, at the last check of the account.",
    ["fate"],
    registry=REGISTRY,
)
PREPARE_SECONDS = Histogram(
    "relay_prepare_seconds",
    "To parse, understand and rewrite a message, waiting for a process included.",
    registry=REGISTRY,
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 20, 60),
)
POOL_JOBS = Gauge("relay_pool_jobs", "Jobs that processes of the pool have.", registry=REGISTRY)
POOL_DEATHS = Counter(
    "relay_pool_deaths", "Processes that died or ran out of time over a job.", registry=REGISTRY
)
COMMIT_SECONDS = Histogram(
    "relay_store_commit_seconds",
    "To run and commit a group of transactions.",
    registry=REGISTRY,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
COMMIT_GROUP = Histogram(
    "relay_store_group_transactions",
    "Transactions that shared a commit.",
    registry=REGISTRY,
    buckets=(1, 2, 5, 10, 20, 50, 100, 200),
)
