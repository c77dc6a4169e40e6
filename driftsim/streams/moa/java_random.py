"""Java's random numbers, those of `java.util.Random`, for what is drawn before the first row."""

from driftsim.kernels.moa.java_random import FACTOR, MASK, STEP, UNIT, scrambled


class JavaRandom:
    """`new Random(seed)`: the kernels' generator, in plain Python."""

    def __init__(self, seed: int):
        self.state = scrambled(seed)

    def bits(self, n: int) -> int:
        """The next n random bits."""
        self.state = (self.state * FACTOR + STEP) & MASK
        return self.state >> (48 - n)

    def below(self, n: int) -> int:
        """nextInt(n): a whole number of [0, n)."""
        x = self.bits(31)
        if n & (n - 1) == 0:
            return n * x >> 31
        while x - x % n + (n - 1) >= 1 << 31:
            x = self.bits(31)
        return x % n

    def uniform(self) -> float:
        """nextDouble(): a number of [0, 1)."""
        return ((self.bits(26) << 27) + self.bits(27)) * UNIT


def int32(number: int) -> int:
    """A number as Java's int has it, which goes round beyond its ends."""
    return (number + 2**31) % 2**32 - 2**31
