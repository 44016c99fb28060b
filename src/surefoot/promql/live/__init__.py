"""Evaluating rules while samples come in: the same values as `surefoot.promql.engine` gives, at one instant.

`Memory` keeps as much of each series as some expression looks back. `Program` is an expression, prepared
once: its rates find both edges of a window by bisection, its sub-queries keep what they saw at each point
of their grid. What it cannot prepare it leaves to the engine, on a copy of what the expression looks at.
"""

from surefoot.promql.live.memory import Buffer as Buffer
from surefoot.promql.live.memory import Memory as Memory
from surefoot.promql.live.program import Live as Live
from surefoot.promql.live.program import Program as Program
