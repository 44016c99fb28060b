"""A running estimate of one quantile, in two numbers."""


class Quantile:
    """Follows a quantile of a stream that may drift.

    Each observation moves the estimate by a factor: up by `1 + rate * q` when it lies above, down by
    `1 - rate * (1 - q)` when below; both balance where a share `q` lies below (stochastic approximation, H. Robbins and
    S. Monro, 1951, on the logarithm). The rate falls as 1/n to a floor, so it never stops to follow. Threads may lose
    one of two simultaneous observations, which moves the estimate by less than its noise.

    >>> median = Quantile(0.5)
    >>> for value in range(1, 1000):
    ...     median.observe(value % 10 + 1)
    >>> 4 < median.estimate < 7
    True
    """

    __slots__ = ("count", "estimate", "q")

    SLOWEST = 0.05
    FASTEST = 0.5

    def __init__(self, q: float) -> None:
        self.q = q
        self.count = 0
        self.estimate = 0.0

    def observe(self, value: float) -> None:
        """Take one value above 0 into account."""
        self.count += 1
        if self.estimate <= 0:
            self.estimate = value
            return
        rate = max(self.SLOWEST, min(self.FASTEST, 4 / self.count))
        self.estimate *= 1 + rate * self.q if value > self.estimate else 1 - rate * (1 - self.q)
