"""Burn alerts at low traffic: when single failures page, and how many failures to demand instead."""

from functools import lru_cache
from math import exp, floor, lgamma, log, log1p

from surefoot.domain.slo.burn import Leg, threshold

_LONGEST_SEARCH = 100_000  # below a factor of about 1.02, where k would be absurd anyway
_UNSEEN = 2.0**-53  # a term that no longer changes a float sum


def events_for_one_page(leg: Leg, b: float) -> float:
    """Compute the traffic at which one failure stops being enough to page.

    Args:
        leg: The burn leg.
        b: Error budget as a ratio.

    Returns:
        Events within the leg's long window, 1 / (F * b): with fewer, one failure lifts the error
        ratio above the threshold. 69.4 at 99.9 % and 14.4 times.
    """
    return 1 / threshold(leg, b)


@lru_cache(maxsize=4096)
def least_failures(factor: float, b: float, alpha: float) -> int:
    """Find the least count of failures to demand, so that a service at its objective seldom pages.

    A leg with the extra condition "at least k failures in the long window" is true over N events
    with X failures when X > theta * N and X >= k, that is X >= max(k, floor(theta * N) + 1). The
    events fail independently, each with probability b: the service spends its budget exactly.

    The result is the least k for which that probability stays under alpha at *every* N. Checking
    every N comes down to finitely many:

    1. Between two N at which floor(theta * N) + 1 = m grows, a larger N only makes X >= m likelier.
       So m needs checking at one N alone: the largest with theta * N < m. Call the tail there p(m).
       A floor k covers all smaller N too, whose worst is again the largest N with theta * N < k.
       Hence k serves exactly if p(m) < alpha for all m >= k, and the least k is one more than the
       largest m with p(m) >= alpha.
    2. At that N the mean b * N is under m / F. Chernoff's bound exp(m - mean) * (mean / m) ** m grows
       with the mean up to m, so p(m) < exp(-m * h) with h = ln F - 1 + 1 / F, positive for F > 1.
       From m = ln(1 / alpha) / h on, every m is safe; the search runs down from there and ends at
       the first that is not.

    Args:
        factor: F, above 1. At 1 exact spending sits on the threshold and no count helps: such a leg
            is exempt.
        b: Error budget as a ratio.
        alpha: Probability, over one window, of the leg being true by chance.

    Returns:
        k, at least 1. It is 1 also where theta >= 1, as the leg never fires.

    Raises:
        ValueError: An argument is out of its range, or the factor so close to 1 that the search
            would not end.
    """
    if not factor > 1:
        raise ValueError(f"burn factor {factor}: no count of failures helps at 1 or below; exempt the leg")
    if not (0 < b < 1 and 0 < alpha < 1):
        raise ValueError(f"budget {b} and alpha {alpha}: both are ratios above 0 and below 1")
    # As integers the float theta is exact, and so is each N; a rounded division could be one off.
    numerator, denominator = (factor * b).as_integer_ratio()
    m = floor(-log(alpha) / (log(factor) - 1 + 1 / factor)) + 1
    if m > _LONGEST_SEARCH:
        raise ValueError(f"burn factor {factor} is too close to 1 for a count of failures; exempt the leg")
    while m > 0 and _tail_under(alpha, (m * denominator - 1) // numerator, b, m):
        m -= 1
    return m + 1


def binomial_tail(n: int, p: float, m: int) -> float:
    """Compute P(X >= m) for X the failures among n events that fail with probability p each.

    Args:
        n: Events, 0 or more.
        p: Above 0 and below 1.
        m: Failures, 1 or more; above the mean n * p.

    Returns:
        The probability. Its terms shrink from m on and are added up until they no longer count.
        Relative error below 1e-6 up to 1e9 events.
    """
    term = total = _exactly(n, p, m)
    odds = p / (1 - p)
    for j in range(m, n):
        if term <= total * _UNSEEN:
            break
        term *= (n - j) / (j + 1) * odds
        total += term
    return total


def _exactly(n: int, p: float, m: int) -> float:
    """Compute P(X = m)."""
    if m > n:
        return 0.0
    ways = lgamma(n + 1) - lgamma(m + 1) - lgamma(n - m + 1)
    return exp(ways + m * log(p) + (n - m) * log1p(-p))


def _tail_under(alpha: float, n: int, p: float, m: int) -> bool:
    """Tell whether P(X >= m) < alpha; most often the first term tells, without a sum."""
    first = _exactly(n, p, m)
    # Each further term is at most this times the one before, so a geometric series lies above.
    shrink = max(0.0, (n - m) / (m + 1) * p / (1 - p))
    return first < alpha * (1 - shrink) or (first < alpha and binomial_tail(n, p, m) < alpha)
