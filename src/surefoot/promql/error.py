"""What reading PromQL raises."""


class PromqlError(ValueError):
    """A text is not the PromQL that was asked for.

    Attributes:
        message: What is wrong and how to mend it, in one sentence without a full stop.
        start: Offset of the offending stretch, in characters from 0.
        end: Its end, exclusive; never before `start`.
    """

    def __init__(self, message: str, start: int, end: int) -> None:
        self.message = message
        self.start = start
        self.end = end
        super().__init__(f"{message} (characters {start}-{end})")

    def __reduce__(self) -> tuple[type["PromqlError"], tuple[str, int, int]]:
        return type(self), (self.message, self.start, self.end)


class EvaluationError(ValueError):
    """The data does not fit the expression: an ambiguous match, two results with the same labels."""
