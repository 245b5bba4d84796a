"""Every exception that crosses a package border.

Exceptions are for broken configuration and for bugs. What happens to a message in the
ordinary course (a deferral, a refusal, an unreadable part) is a value, never an exception.

    RelayError
    |-- ConfigError          a file or an environment variable is wrong: where, what, what to do
    |   `-- PolicyError      the same, in a policy file
    |-- KeyUnusableError     a signing key cannot be read, or others can read it
    |-- UpdateError          the DNS could not be changed
    |-- PoolError            no process stays alive to read or sign mail: no mail is to blame
    |-- SignatureError       a signature of our own does not verify on the bytes to be sent
    |-- StoreError           the store cannot promise what it must
    |   |-- StoreBusyError   another process owns this store
    |   `-- ConflictError    another node was quicker; the transaction is run again
    `-- NotFoundError        what was named is not in the store
        `-- NoSuchMessageError   an ID that the store does not know
"""


class RelayError(Exception):
    """An error with a text fit for the operator."""


class ConfigError(RelayError):
    """Configuration is wrong; each problem reads `file:line what, and what to do`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class PolicyError(ConfigError):
    """A policy file is wrong."""


class KeyUnusableError(RelayError):
    """A signing key cannot be used."""


class UpdateError(RelayError):
    """The DNS could not be changed."""


class PoolError(RelayError):
    """No process of the pool stays alive."""


class SignatureError(RelayError):
    """A signature of our own does not verify on the bytes to be sent."""


class StoreError(RelayError):
    """The store cannot keep its promises."""


class StoreBusyError(StoreError):
    """Another process owns this store."""


class ConflictError(StoreError):
    """Another node changed the same rows first: the transaction is to be run again."""


class NotFoundError(RelayError):
    """The store has nothing of this name."""


class NoSuchMessageError(NotFoundError):
    """No message has this ID."""
