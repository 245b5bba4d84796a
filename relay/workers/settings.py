"""Settings of the workers: the process pool and its limits."""

from datetime import timedelta

from pydantic import Field

from relay.settings import Duration, Section, Size


class PoolSettings(Section):
    """Processes that read, rewrite and sign mail, apart from the rest."""

    processes: int = Field(0, ge=0, le=64, description="How many; 0 is one per CPU.")
    cpu: Duration = Field(timedelta(seconds=20), description="CPU time for one message.")
    time: Duration = Field(timedelta(seconds=40), description="Wall time for one message.")
    memory: Size = Field(1 << 30, description="Address space of one process.")
