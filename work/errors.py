"""What a person asked for and cannot have."""


class Refused(Exception):
    """The object's state does not allow what was asked. `code` is stable, the message says what to do instead."""

    def __init__(self, message: str, code: str = "notAllowedNow") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
