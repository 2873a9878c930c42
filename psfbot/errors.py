"""The few exceptions that psfbot raises on purpose; anything else is a bug."""


class UserError(Exception):
    """A person asked for something that cannot be done; the message is shown word for word.

    It says what is wrong, then what to try.
    """


class DeliveryError(Exception):
    """A message did not reach its room.

    `final` tells whether trying again is pointless (the room is gone) or worth it
    (the network is down).
    """

    def __init__(self, message: str, *, final: bool) -> None:
        """Keep the reason, and whether to give up."""
        super().__init__(message)
        self.final = final
