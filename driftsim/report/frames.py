"""Frames: the tables of a study that has been run, as frames of pandas."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from driftsim.durations import Duration
from driftsim.report.measures import TOLERANCE
from driftsim.report.study_tables import StudyTables
from driftsim.report.windows import Window, window_of

if TYPE_CHECKING:
    import pandas as pd


class Frames(ABC):
    """The tables of a study that has been run, each a frame of pandas."""

    @property
    @abstractmethod
    def tables(self) -> StudyTables:
        """The tables that the frames are made of."""

    @property
    @abstractmethod
    def first_metric(self) -> str:
        """The metric that tables lead with."""

    @property
    @abstractmethod
    def window(self) -> Window:
        """Rows, or time, per point of a curve."""

    def summary(self) -> "pd.DataFrame":
        """A row for each contender, and a column for each swept path: means over the seeds.

        The value of a seed is the mean over its repeats. Each metric that is asked for has bounds
        at 95 %, such as `error_low` and `error_high`: over stream seeds, or, with one stream, of
        these trained models on rows like these. A cell that cannot be known is NaN, such as the
        excess without a known truth. The rows of the references, such as `oracle` and
        `no_change`, are how they would have done, each with every label before the row. `engine`
        is `compiled`, or the library that a contender runs on.
        """
        return self.tables.summary.frame()

    def curves(
        self,
        metric: str | None = None,
        window: int | str | Duration | None = None,
        over: str = "tumbling",
    ) -> "pd.DataFrame":
        """A metric (the first if not given) over the stream: a row for each contender and window.

        The mean over seeds, the least and the greatest with one of them (each a mean over its
        repeats), and the rows `first_row` … `last_row` of each window, which is rounded up to
        whole intervals. NaN where the metric is undefined. `over` is the kind of windows:
        `tumbling`, one after the other; `sliding`, one that ends with each interval;
        `cumulative`, all rows so far; or `faded`, all rows so far, where the weight of a row falls
        with its age, and all weights sum to `window` rows. Where rows have dates, `window` may be
        a duration, such as `1w` or `1mo`: windows are then counted from the first row of the
        stream, an interval is of the window that its first row is in, and `first_date` and
        `last_date` stand beside the rows, of which there are `rows`. Raises `ValueError` for a
        kind or a window that does not exist.
        """
        asked = metric or self.first_metric, self._asked(window), over
        return self.tables.curves(*asked).frame()

    def recovery(
        self, window: int | str | Duration | None = None, tolerance: float = TOLERANCE
    ) -> "pd.DataFrame":
        """How each contender came through each change: a row for each seed, repeat and change.

        Windows have `window` rows (those of so much time, in the mean), or more where noise asks
        for it. `tolerance` is of the excess;
        for regression in units of the variance of the labels (of their standard deviation where
        the best possible is not known). See docs/measures.md.
        """
        return self.tables.recovery(self._asked(window), tolerance).frame()

    def recovered(
        self, window: int | str | Duration | None = None, tolerance: float = TOLERANCE
    ) -> "pd.DataFrame":
        """A row for each contender: its median recovery, and how often each outcome came."""
        return self.tables.recovered(self._asked(window), tolerance).frame()

    def severity(self, estimates: bool = False) -> "pd.DataFrame":
        """How far each change takes the stream; see docs/severity.md.

        With `estimates`, also by learners trained before and after it, where rows do not have known
        probabilities: some seconds of CPU for each change.
        """
        tables = self.tables
        return (tables.estimated_severity if estimates else tables.severity).frame()

    def regret(self) -> "pd.DataFrame":
        """The loss beyond the best possible, summed along the stream; none where not known."""
        return self.tables.regret.frame()

    def alarms(self) -> "pd.DataFrame":
        """Alarms and true changes, beside those of detectors that see no errors."""
        return self.tables.alarms.frame()

    def detectors(self) -> "pd.DataFrame":
        """A row for each contender that raises alarms: what it found over all streams, or settings.

        `alarms`, `false_alarms` and `false_unchanged` (where nothing changes) are of a stream, as
        `to_detection` is of a detected change; `changes` and `detected` are sums over streams, and
        `delay`, `delay_q1` and `delay_q3` the median and quartiles of rows to a detection.
        Columns that end with `_periodic` and `_random` are of as many alarms at even distances,
        and at random rows. NaN where no change is known.
        """
        return self.tables.detectors.frame()

    def compare(self) -> "pd.DataFrame":
        """Each two contenders: how much better one is, and whether the difference is significant.

        By the first metric, then, where there are prices, by `cost`, with an interval at 95 % for
        each pair alone. `p` is by Holm's correction for all pairs of a setting, and `significant`
        where it is below .05.
        `equivalent`, where `report.equivalence` is given, are those equal to within it, by two
        one-sided tests with the same correction.
        """
        return self.tables.differences.frame()

    def worth(self, hour: bool = False, knowing: bool = False) -> "pd.DataFrame":
        """What retraining is worth without a price: when each contender is the cheapest.

        A row for each contender, whose cost is a line over the price of a training: what it costs
        `without_trainings` (where prices are given), and that price for each of its `trainings`
        after the first. It is the cheapest from the price `cheapest_from` to `cheapest_to`; both
        are NaN where it never is, which is so for all that are not `on_hull`, the lower convex
        hull of trainings and cost. `on_frontier` are those with no other better in both. Likewise
        `label_from` and `label_to` are prices of a label, with all other prices as given. In
        units of a mistake, or in the currency of the prices; all are means over seeds. `mistakes`
        is what they cost. Compute counts only with `hour`. Policies that know the true changes,
        such as `at_drift`, have rows, but nobody could choose them: they are compared with the
        others only with `knowing`. No rows where all train as often.
        """
        return self.tables.worth(hour, knowing).frame()

    def breakeven(self, hour: bool = False) -> "pd.DataFrame":
        """The price at which two contenders cost the same: a row for each pair and each price.

        All other prices are as given; without any, the prices of a training and of a label are in
        mistakes. `value` lies from `low` to `high` at 95 %, by Fieller's theorem over the seeds
        (1954). They are NaN with fewer than three seeds and along one stream, unless both train by
        a clock: then the interval is over those of the stream (`unit`). `outcome` says what kind of
        interval it is: one that is not bounded goes up to infinity, and one of all prices means
        that the price is not known. `cheaper_below` and `cheaper_above` are who is cheaper on
        either side of `value`; the same at both where they cost the same at no price from 0 on.
        Compute counts only with `hour`, as it is that of one machine.
        """
        return self.tables.breakeven(hour).frame()

    def wrong_prices(self) -> "pd.DataFrame":
        """What a price that is wrong by a factor costs: a row for each given price and factor.

        Of contenders that do not know the true changes, `contender` is the cheapest where that
        price is `factor` times as high as given, and `regret` how much more it costs than the
        cheapest at the prices as given, with bounds at 95 %. No rows without prices.
        """
        return self.tables.wrong_prices.frame()

    def benchmark(self) -> "pd.DataFrame":
        """A row for each contender on each stream of a suite: its `value` in the first metric.

        `low` and `high` are bounds at 95 %. `best` are the best on a stream and those that do not
        differ from it significantly: paired over seeds, or along a recorded stream, at 5 %, without
        a correction for how many there are. `rank` is that on the stream. Contenders that know what
        nobody does, as `at_drift`, have neither. No rows where streams have no names.
        """
        return self.tables.benchmark.frame()

    def ranks(self) -> "pd.DataFrame":
        """A row for each contender: its mean rank over the settings of a sweep, the best first.

        Of a suite over its streams, each of which counts once. By the first metric, with the chance
        `p` of such ranks if all were alike, by which `test`, and the `critical` difference of
        ranks, beyond which two differ; of three or more contenders Friedman's chi-squared
        (`friedman`), Iman and Davenport's F, and their degrees of freedom. No rows without a sweep,
        or a second contender, or where the metric is not known.
        """
        return self.tables.ranks.frame()

    def rank_pairs(self) -> "pd.DataFrame":
        """A row for each two contenders: in how many settings of a sweep the one is better.

        By the first metric. `p` is that of Wilcoxon's signed-rank test, by Holm's correction for
        all pairs. With `report.equivalence`, also how probable it is that the one is better by
        more than the margin, that both are equal to within it, or that the other is better
        (Benavoli et al. 2017).
        """
        return self.tables.pairs.frame()

    def costs(self, along: bool = False) -> "pd.DataFrame":
        """What each contender costs, by the `prices` of the scenario: a row for each.

        `cost` is the mean over seeds, with bounds at 95 % as those of a metric, and the shares
        `mistakes`, `labels`, `training`, `compute` and `staleness` sum to it. The first training,
        on the warm-up, is free, as all have it. `over_static` is what it saves against a static
        contender with the same learner, else against the first that is static, with the bounds of
        the paired difference; `roi` the return on what it spends more: (benefit - spent) / spent
        (Žliobaitė et al. 2015). `best` costs least of those that know no change beforehand, as
        `at_drift` does, and those `tied` do not differ significantly from it (p >= .05 by Holm's
        correction for all pairs). Without prices a mistake costs 1, in
        regression an absolute error of 1, and nothing else has a price.

        Where there are prices, rows of references follow: of `majority` and `no_change`, in
        regression `mean`, which pay for all labels, and of the constant that is the cheapest in
        hindsight, such as `always 1`.

        With `along`, a row for each contender and interval: the cost up to its end, the mean over
        seeds, the least and the greatest with one of them, and the trainings in it.
        """
        return (self.tables.costs_along if along else self.tables.costs).frame()

    def memory(self) -> "pd.DataFrame":
        """The `model_bytes` of each contender where they were taken, and its `ram_hours` so far."""
        return self.tables.memory.frame()

    def floor(self, along: bool = False) -> "pd.DataFrame":
        """What no schedule of trainings on the grid costs less than: a row for each floor.

        Of each `learner`, by the `prices` of the scenario, where `decision: {floor: true}` has all
        its models trained. `hindsight` is the cheapest schedule of each seed, with all known;
        `timetable` that which is cheapest in the mean of the other seeds: it knows when the world
        changes, but not the luck of single models. Where mistakes are counted, `hindsight` is too
        low, since it fits their noise, and `cross_fitted` too high: chosen on half of the rows and
        priced on the other. `cost` is the mean over seeds, with bounds at 95 % as those of a
        metric; `trainings` come after the warm-up, whose model is free. The floor falls as the
        `grid` gets finer. `one_memory` says that only schedules that keep to one of the `memories`
        were compared, as where labels have a price.

        With `along`, a row for each floor and interval: the cost up to its end, the mean over
        seeds.
        """
        return (self.tables.floor_along if along else self.tables.floor).frame()

    def gaps(self) -> "pd.DataFrame":
        """How much more each contender costs than each floor, and than the best fixed period.

        `gap` is the mean over seeds, with bounds at 95 % of the paired difference, its p-value
        `p`, and `share` the gap as a share of the floor. The floor is that of the contender's
        `learner`, or the lowest where that has none. A contender that learns online, or is trained
        at other times, can cost less than a floor. `best_period` is the one that costs least in
        `periods`; as it is chosen among many, its `p` is times their number.
        """
        return self.tables.gaps.frame()

    def schedules(self) -> "pd.DataFrame":
        """When the schedules of the floors train, and on which memory: a row for each training."""
        return self.tables.schedules.frame()

    def periods(self) -> "pd.DataFrame":
        """What it costs to train every so often: a row for each period and memory.

        `period` is in rows, or a duration, infinite (or `never`) where the model of the warm-up is
        kept. `cost` is the mean over seeds and over all phases of the period, the first training
        being at any time of the grid up to its end; `low` and `high` are bounds at 95 % over the
        seeds, `phase_low` and `phase_high` the least and the greatest of the phases. `error` is
        that of the rows (absolute, or where squared errors have a price squared, in regression).
        `best` costs least, and those `tied` do not differ significantly from it (p >= .05 by
        Holm's correction for all that are compared with it).
        """
        return self.tables.periods.frame()

    def probed(self) -> "pd.DataFrame":
        """The error on fresh rows of each concept after each phase, where they were probed."""
        return self.tables.probed.frame()

    def forgetting(self) -> "pd.DataFrame":
        """What each contender has lost, at the end, of concepts that ruled before."""
        return self.tables.forgetting.frame()

    def _asked(self, window: int | str | Duration | None) -> Window:
        """The window that is asked for, that of the report by default."""
        return window_of(window, self.window)
