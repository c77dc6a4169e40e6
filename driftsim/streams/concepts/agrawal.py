"""Agrawal: the group of a person who applies for a loan."""

from itertools import product
from typing import ClassVar, Literal, NamedTuple

import numpy as np

from driftsim.parts import Share
from driftsim.rows import Schema, one_hot
from driftsim.streams.concepts.concept import Concept

NAMES = ("salary", "commission", "age", "elevel", "car", "zipcode", "hvalue", "hyears", "loan")
SALARY, COMMISSION, AGE, ELEVEL, CAR, ZIPCODE, HVALUE, HYEARS, LOAN = range(9)
COUNTED = [AGE, ELEVEL, CAR, ZIPCODE, HYEARS]  # the others are measured
MOVED = [SALARY, COMMISSION, AGE, HVALUE, HYEARS, LOAN]  # by a perturbation, in this order

LOW = np.array([20_000, 10_000, 20, 0, 0, 0, 50_000, 1, 0.0])[:, None]
HIGH = np.array([150_000, 75_000, 80, 4, 19, 8, 150_000, 30, 500_000.0])[:, None]
SPAN = HIGH - LOW + np.isin(range(9), COUNTED)[:, None]
RICH = 75_000  # the salary from which there is no commission
HOUSE = 135_000.0  # the most that MOA leaves a perturbed house value
LEAST = 1e-9  # a perturbation below it is lost in the digits of a salary

PAY = ((50, 100), (75, 125), (25, 75))  # thousands a year, of the young, the middle and the old
PAY_IN = ((25, 75), (50, 100), (50, 100))  # the same, of those with the education of SCHOOL
PAY_OUT = ((50, 100), (75, 125), (25, 75))  # and of those without it
LOAN_IN = ((100, 300), (200, 400), (300, 500))  # of those with a salary in PAY
LOAN_OUT = ((200, 400), (300, 500), (100, 300))  # and of the others
SCHOOL = ((0, 1), (1, 3), (2, 4))


class Agrawal(Concept):
    """Agrawal (Agrawal, Imielinski & Swami 1993): ten rules of who gets a loan from a bank.

    Formula:
        group A, for ages      below 40            40 to 59            60 and above
        function 1:            all                 none                all
        function 2: salary     50..100             75..125             25..75 thousand
        function 3: elevel     0..1                1..3                2..4
        function 4: salary     25..75 if elevel    50..100 if elevel   50..100 if elevel
                               0..1, else 50..100  1..3, else 75..125  2..4, else 25..75
        function 5: loan       100..300 if salary  200..400 if salary  300..500 if salary
                               50..100,            75..125,            25..75,
                               else 200..400       else 300..500       else 100..300
        function 6:            as 2, with salary + commission
        function 7:            ⅔ (salary + commission) - loan / 5 > 20,000
        function 8:            ⅔ (salary + commission) - 5,000 elevel > 20,000
        function 9:            ⅔ (salary + commission) - 5,000 elevel - loan / 5 > 10,000
        function 10:           ⅔ (salary + commission) - 5,000 elevel
                               + hvalue max(hyears - 20, 0) / 50 > 10,000

    Class 0 is the original's group A. After a row is labelled, `perturbation` moves each of
    salary, commission (where there is one), age, hvalue, hyears and loan by up to that share of
    its range, and clips it to the range; MOA's default is 0.05. The range of hvalue follows from
    the zipcode: 50,000 to 150,000 times 9 - zipcode. `clipped` clips perturbed ones to 0 to 135,000
    instead, as MOA does: 88 % of them then are 135,000.

    The density is exact. Given the observed values, the clean attributes are independent: whether
    there is a commission shows on which side of 75,000 the salary was, and zipcodes never move.
    Each clean attribute has a density that is linear on an interval, and the rules need sums of
    up to three. A value at an end of its range, or no commission, counts as a code.
    """

    omitted = ("clipped",)
    schema: ClassVar[Schema] = Schema(
        NAMES,
        nominal={ELEVEL: 5, CAR: 20, ZIPCODE: 9},
        classes=("groupA", "groupB"),
        values={CAR: tuple(str(make) for make in range(1, 21))},
    )

    function: Literal[1, 2, 3, 4, 5, 6, 7, 8, 9, 10] = 1  # which of the ten rules
    perturbation: Share = 0.0  # of the range of each number
    clipped: bool = False  # perturbed house values, as in MOA

    def draw(self, rng, t):
        columns = rng.random((9, len(t)))
        columns *= SPAN
        columns += LOW
        for j in COUNTED:
            np.floor(columns[j], out=columns[j])
        columns[COMMISSION] *= columns[SALARY] < RICH
        columns[HVALUE] *= 9 - columns[ZIPCODE]
        y = 1 - in_group_a(self.function, Known(columns)).astype(np.int64)
        if np.any(self.perturbation):
            shares = self.perturbation * (2 * rng.random((len(MOVED), len(t))) - 1)
            moved = np.broadcast_to(np.asarray(self.perturbation) >= LEAST, len(t))
            move(columns, shares, moved & self.clipped)
        return np.ascontiguousarray(columns.T), y

    def label(self, X):
        """The class of each row (n,), were it clean."""
        return 1 - in_group_a(self.function, Known(X.T)).astype(np.int64)

    def density(self, X, t):
        share = np.broadcast_to(np.asarray(self.perturbation, float), len(X))
        joint = np.zeros((len(X), 2))
        possible = within_ranges(X.T, self.clipped & (share >= LEAST))
        still, moved = possible & (share < LEAST), possible & (share >= LEAST)
        joint[still] = one_hot(self.label(X[still]), 2) * Known(X[still].T).density()[:, None]
        if moved.any():
            people = Perturbed(X[moved].T, share[moved], self.clipped)
            group_a = np.clip(in_group_a(self.function, people), 0, 1)
            joint[moved] = np.stack([group_a, 1 - group_a], axis=1) * people.density()[:, None]
        return joint


def in_group_a(function, person):
    """Whether a `Known` person is in group A, or the probability that a `Perturbed` one is."""
    if function <= 6:
        return sum(age * lent(function, band, person) for band, age in enumerate(person.ages))
    cost = {7: 20_000, 8: 20_000, 9: 10_000, 10: 10_000}[function]
    school = 0 if function == 7 else 5_000
    return person.affords(cost, school, loan=function in (7, 9), house=function == 10)


def lent(function, band, person):
    """The same, in functions 1 to 6, of those in an age band: young, middle or old."""
    if function == 1:
        return band != 1
    if function in (2, 6):
        return person.within(PAY[band], SALARY, *[COMMISSION] * (function == 6))
    if function == 3:
        return person.schooled(band)
    if function == 4:
        school = person.schooled(band)
        inside, outside = (person.within(pay[band], SALARY) for pay in (PAY_IN, PAY_OUT))
    else:
        school = person.within(PAY[band], SALARY)
        inside, outside = (person.within(loan[band], LOAN) for loan in (LOAN_IN, LOAN_OUT))
    return school * inside + (1 - school) * outside


def ranges(j, columns, clipped):
    """The least and the most of a column, (n,); of house values other ones where `clipped`."""
    if j != HVALUE:
        return LOW[j], HIGH[j]
    houses = 9 - columns[ZIPCODE]
    return np.where(clipped, 0, LOW[j] * houses), np.where(clipped, HOUSE, HIGH[j] * houses)


def move(columns, shares, clipped):
    """Move each number by a share of its range, within the range, in place."""
    paid, houses = columns[COMMISSION] > 0, 9 - columns[ZIPCODE]
    for j, share in zip(MOVED, shares):
        scale = houses if j == HVALUE else 1
        columns[j] += (HIGH[j] - LOW[j]) * scale * share
        np.clip(columns[j], *ranges(j, columns, clipped), out=columns[j])
        if j in COUNTED:
            np.floor(columns[j] + 0.5, out=columns[j])
    columns[COMMISSION] *= paid


def within_ranges(columns, clipped):
    """Which rows are possible (n,)."""
    ends = [ranges(j, columns, clipped) for j in range(9)]
    inside = np.array([(c >= low) & (c <= high) for c, (low, high) in zip(columns, ends)])
    inside[COMMISSION] |= columns[COMMISSION] == 0
    return inside.all(axis=0) & (columns[COUNTED] % 1 == 0).all(axis=0)


class Known:
    """People whose clean attributes (9, n) are known."""

    def __init__(self, columns):
        self.columns = columns
        middle = (columns[AGE] >= 40) & (columns[AGE] < 60)
        self.ages = [columns[AGE] < 40, middle, columns[AGE] >= 60]

    def schooled(self, band):
        """Whether elevel is one of those that count at an age (n,)."""
        first, last = SCHOOL[band]
        return (self.columns[ELEVEL] >= first) & (self.columns[ELEVEL] <= last)

    def within(self, thousands, column, *more):
        """Whether a column, or a sum of them, is between two bounds (n,)."""
        low, high = thousands
        total = sum((self.columns[j] for j in more), self.columns[column])
        return (total >= 1_000 * low) & (total <= 1_000 * high)

    def affords(self, cost, school, loan, house):
        """Whether two thirds of the income, less what the person owes, exceed a cost (n,)."""
        salary, commission, _, elevel, _, _, hvalue, hyears, owed = self.columns
        left = (salary + commission) * (2 / 3) - school * elevel
        if loan:
            left -= owed / 5
        if house:
            left += hvalue * np.maximum(hyears - 20, 0) / 50
        return left > cost

    def density(self):
        """p(x) of each row (n,)."""
        paid = self.columns[COMMISSION] > 0
        volume = np.where(paid, SPAN[COMMISSION], 1) * (9 - self.columns[ZIPCODE])
        for j in set(range(9)) - {COMMISSION}:
            volume = volume * SPAN[j]
        return (paid == (self.columns[SALARY] < RICH)) / volume


class Perturbed:
    """People whose attributes (9, n) are observed after a perturbation."""

    def __init__(self, columns, share, clipped):
        self.columns, self.share = columns, share
        self.paid = columns[COMMISSION] > 0
        first = np.where(self.paid, LOW[SALARY], RICH)
        last = np.where(self.paid, RICH, HIGH[SALARY])
        self.salary, of_salary = self._measured(SALARY, 1, first, last)
        self.commission, of_commission = self._measured(COMMISSION)
        self.loan, of_loan = self._measured(LOAN)
        if clipped:
            self.houses, of_hvalue = self._clipped_houses()
        else:
            house, of_hvalue = self._measured(HVALUE, 9 - columns[ZIPCODE])
            self.houses = [(1.0, house)]
        age, of_age = self._counted(AGE)
        self.hyears, of_hyears = self._counted(HYEARS)
        self.ages = [age[:20].sum(axis=0), age[20:40].sum(axis=0), age[40:].sum(axis=0)]
        self._density = of_salary * np.where(self.paid, of_commission, 1) * of_loan
        self._density *= of_hvalue * of_age * of_hyears
        self._density /= SPAN[ELEVEL] * SPAN[CAR] * SPAN[ZIPCODE]

    schooled = Known.schooled  # elevels are never moved

    def within(self, thousands, column, *more):
        """The probability that salary, its sum with commission or loan is between two bounds."""
        low, high = (np.full(len(self.paid), 1_000.0 * bound) for bound in thousands)
        if more:
            return self._income_at_most(high) - self._income_at_most(low)
        part = self.salary if column == SALARY else self.loan
        return part.below(high) - part.below(low)

    def affords(self, cost, school, loan, house):
        """The probability that two thirds of the income, less debts, exceed a cost (n,)."""
        due = cost + school * self.columns[ELEVEL]
        if not house:
            return 1 - self._income_at_most(1.5 * due, *[self.loan.times(-0.3)] * loan)
        short = self.hyears[:20].sum(axis=0) * self._income_at_most(1.5 * due)
        for years, probability in enumerate(self.hyears[20:], start=1):
            for share, house in self.houses:
                owed = self._income_at_most(1.5 * due, house.times(0.03 * years))
                short += probability * share * owed
        return 1 - short

    def density(self):
        """p(x) of each row (n,)."""
        return self._density

    def _income_at_most(self, total, *more):
        """P(salary + commission + more <= total), (n,)."""
        probability = np.empty(len(total))
        for rows, income in (
            (self.paid, (self.salary, self.commission)),
            (~self.paid, (self.salary,)),
        ):
            terms = [term.part(rows) for term in (*income, *more)]
            probability[rows] = at_most(total[rows], terms)
        return probability

    def _measured(self, j, scale=1, first=None, last=None):
        """The clean values of a column given the observed ones, and the density of those."""
        low, high = LOW[j] * scale, HIGH[j] * scale
        observed, reach = self.columns[j], (high - low) * self.share
        start = np.maximum(observed - reach, low if first is None else first)
        end = np.maximum(start, np.minimum(observed + reach, high if last is None else last))
        cut_off = (observed <= low) | (observed >= high)
        heights = [
            np.where(cut_off, reach - abs(observed - x), 1) / (2 * reach * (high - low))
            for x in (start, end)
        ]
        return Slope.normalised(start, end, *heights)

    def _clipped_houses(self):
        """The clean house values in two parts, each with its share, and the density of the seen.

        At 135,000 each observed value may stem from a clean one whose perturbation may pass it, or
        from one that is so far above that every perturbation does.
        """
        observed, scale = self.columns[HVALUE], 100_000.0 * (9 - self.columns[ZIPCODE])
        low, high, reach = 0.5 * scale, 1.5 * scale, self.share * scale
        most, least = observed >= HOUSE, observed <= 0
        start = np.maximum(low, np.where(least, low, observed - reach))
        end = np.maximum(start, np.minimum(high, np.where(least, reach, observed + reach)))
        heights = [
            np.where(most, x + reach - HOUSE, np.where(least, reach - x, 1)) / (2 * reach * scale)
            for x in (start, end)
        ]
        near, of_near = Slope.normalised(start, end, *heights)
        sure = np.minimum(np.maximum(low, HOUSE + reach), high)
        far, of_far = Slope.normalised(sure, np.where(most, high, sure), 1 / scale, 1 / scale)
        mass = of_near + of_far
        share = of_far / np.where(mass > 0, mass, 1)
        return [(1 - share, near), (share, far)], mass

    def _counted(self, j):
        """The probabilities of a column's clean values given the observed, and those of these."""
        low, high, observed = LOW[j], HIGH[j], self.columns[j]
        clean = np.arange(low[0], high[0] + 1)[:, None]
        reach = (high - low) * self.share
        up_to = np.where(observed < high, (observed + 0.5 - clean) / reach, 1)
        above = np.where(observed > low, (observed - 0.5 - clean) / reach, -1)
        probability = (np.clip(up_to, -1, 1) - np.clip(above, -1, 1)) / (2 * len(clean))
        mass = probability.sum(axis=0)
        return probability / np.where(mass > 0, mass, 1), mass


class Slope(NamedTuple):
    """Numbers with a density that is linear from one end to another."""

    low: np.ndarray  # (n,)
    high: np.ndarray
    at_low: np.ndarray  # the density there
    at_high: np.ndarray

    @classmethod
    def normalised(cls, low, high, at_low, at_high):
        """A density in proportion to two heights, and what the heights have in all."""
        mass = (at_low + at_high) / 2 * (high - low)
        sure = np.where(mass > 0, mass, 1)
        return cls(low, high, at_low / sure, at_high / sure), mass

    def part(self, rows):
        """Some of them."""
        return Slope(*(column[rows] for column in self))

    def times(self, factor):
        """The same numbers, multiplied."""
        one, other = (
            (end * factor, height / abs(factor))
            for end, height in ((self.low, self.at_low), (self.high, self.at_high))
        )
        (low, at_low), (high, at_high) = (one, other) if factor > 0 else (other, one)
        return Slope(low, high, at_low, at_high)

    def at(self, x):
        """The density at numbers between the ends."""
        return self.at_low + (x - self.low) * self._rise()

    def below(self, x):
        """The probability of at most `x`."""
        passed = np.clip(x, self.low, self.high) - self.low
        return passed * (self.at_low + passed * self._rise() / 2)

    def _rise(self):
        width = self.high - self.low
        return (self.at_high - self.at_low) / np.where(width > 0, width, 1)


def at_most(total, terms):
    """P(the sum of independent terms <= total), (n,)."""
    probability = (total >= sum(term.high for term in terms)).astype(float)
    rows = (probability == 0) & (total > sum(term.low for term in terms))
    probability[rows] = summed(total[rows], [term.part(rows) for term in terms])
    return probability


def summed(total, terms):
    """The same by Gauss-Legendre quadrature, which is exact: a polynomial in each piece."""
    first, *rest = terms
    if not rest:
        return first.below(total)
    corners = [sum(ends) for ends in product(*((term.low, term.high) for term in rest))]
    cuts = np.stack([np.clip(total - corner, first.low, first.high) for corner in corners])
    ends = [np.broadcast_to(end, cuts[:1].shape) for end in (first.low, first.high)]
    edges = np.sort(np.concatenate([*ends, cuts]), axis=0)
    middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
    probability = np.zeros(middle.shape)
    for node, weight in zip(*np.polynomial.legendre.leggauss(len(rest) + 1)):
        x = middle + half * node
        probability = probability + weight * half * first.at(x) * summed(total - x, rest)
    return probability.sum(axis=0)
