"""Java's random numbers: those of `java.util.Random`, bit for bit.

The state of a generator is `random` (1,), 48 bits, and for normal numbers `gauss` (2,): whether
the second one of a pair is held, and that. Each call is a draw, and draws come in their order.
"""

import math

from driftsim.kernels.loop import compiled

FACTOR, STEP, MASK = 0x5DEECE66D, 0xB, (1 << 48) - 1
UNIT = 2.0**-53
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
C1, C2, C3, C4, C5, C6, C7 = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)


def scrambled(seed: int) -> int:
    """The state of `new Random(seed)`, for a seed of 64 bits with its sign."""
    return (seed ^ FACTOR) & MASK


@compiled
def bits(random, n):
    """The next n random bits, at most 48."""
    s = (random[0] * FACTOR + STEP) & MASK
    random[0] = s
    return s >> (48 - n)


@compiled
def below(random, n):
    """nextInt(n): a whole number of [0, n)."""
    x = bits(random, 31)
    if n & (n - 1) == 0:
        return (n * x) >> 31
    v = x % n
    while x - v + (n - 1) >= 0x80000000:
        x = bits(random, 31)
        v = x % n
    return v


@compiled
def uniform(random):
    """nextDouble(): a number of [0, 1)."""
    high = bits(random, 26)
    return ((high << 27) + bits(random, 27)) * UNIT


@compiled
def uniform_float(random):
    """nextFloat(): a number of [0, 1), in 24 bits."""
    return bits(random, 24) / 16777216.0


@compiled
def normal(random, gauss):
    """nextGaussian(): by Marsaglia's polar method, two at a time."""
    if gauss[0] != 0.0:
        gauss[0] = 0.0
        return gauss[1]
    a, b, q = 0.0, 0.0, 0.0
    while q >= 1.0 or q == 0.0:
        a = 2.0 * uniform(random) - 1.0
        b = 2.0 * uniform(random) - 1.0
        q = a * a + b * b
    m = math.sqrt(-2.0 * strict_log(q) / q)
    gauss[0], gauss[1] = 1.0, b * m
    return a * m


@compiled
def strict_log(x):
    """StrictMath.log of a finite x > 0, which is that of fdlibm: the last bits are its own."""
    y, e = x, 0
    while y < 1.0:  # exact, and for the numbers of `normal` faster than to look at their bits
        y *= 2.0
        e -= 1
    while y >= 2.0:
        y *= 0.5
        e += 1
    h = int((y - 1.0) * 1048576.0)
    if h >= 0x6A09C:
        y *= 0.5
        e += 1
    f, k = y - 1.0, float(e)
    if h == 0 or h >= 0xFFFFE:
        if f == 0.0:
            return k * LN2_HIGH + k * LN2_LOW
        rest = f * f * (0.5 - 0.33333333333333333 * f)
        return f - rest if e == 0 else k * LN2_HIGH - ((rest - k * LN2_LOW) - f)
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    rest = z * (C1 + w * (C3 + w * (C5 + w * C7))) + w * (C2 + w * (C4 + w * C6))
    if 0x6147A <= h <= 0x6B851:
        half = 0.5 * f * f
        if e == 0:
            return f - (half - s * (half + rest))
        return k * LN2_HIGH - ((half - (s * (half + rest) + k * LN2_LOW)) - f)
    if e == 0:
        return f - s * (f - rest)
    return k * LN2_HIGH - ((s * (f - rest) - k * LN2_LOW) - f)
