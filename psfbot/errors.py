"""The few exceptions that psfbot raises on purpose; anything else is a bug."""


class UserError(Exception):
    """A person asked for something that cannot be done; the message is shown word for word.

    It says what is wrong, then what to try.
    """


class DeliveryError(Exception):
    """A message did not reach its room.

    `final` tells whether trying again is pointless (the room is gone) or worth it
    (the network is down); `wait` is for how many seconds the other side asked to be
    left alone.
    """

    def __init__(self, message: str, *, final: bool, wait: float | None = None) -> None:
        """Keep the reason, and whether and when to try again."""
        super().__init__(message)
        self.final = final
        self.wait = wait


class StoreBusy(Exception):
    """The storage cannot take this now (locked, full, out of reach), and nothing of it was half done.

    It mends without a restart, so whoever asked should try again: a webhook is answered 503.
    """
