"""Table notes: the title of each table of the page, what it shows, and what its columns mean."""

TITLES = {
    "summary": "Summary",
    "whole": "Summary, every column",
    "costs": "Costs",
    "floor": "Floors: the cheapest that schedules of trainings can be",
    "gaps": "Gaps to the floors",
    "periods": "Periods: how often to train",
    "schedules": "Schedules of the floors",
    "recovered": "Recovery",
    "recovery": "Recovery after each change, with each seed",
    "alarms": "Alarms",
    "differences": "Differences between contenders",
    "worth": "What a training is worth",
    "breakeven": "Prices at which two contenders cost the same",
    "wrong_prices": "What a wrong price costs",
    "ranks": "Mean ranks",
    "pairs": "Wins, ties and losses",
    "forgetting": "Forgetting",
    "probed": "Errors on fresh rows of each concept",
}
NOTES = {
    "summary": "Means over the seeds. Grey rows are references: the oracle knows the best possible "
    "answer; the others know every label before the row. An empty cell means: not known.",
    "whole": "Means over the seeds.",
    "costs": "What each contender costs, means over the seeds. The "
    "first training, on the warm-up, is free, as all have it; the labels of the warm-up are "
    "counted. Mistakes are expected ones where they are known and have one price. Grey rows are "
    "references: those that know every label before the row pay for all; a constant is the "
    "cheapest in hindsight.",
    "floor": "What no schedule of trainings on the grid costs less than. Hindsight knows all: also "
    "the luck of single models and, where mistakes are counted, their noise. A timetable is drawn "
    "up on the other seeds: it knows when the world changes. A cross-fitted floor is chosen on one "
    "half of the rows and priced on the other, and so too high where hindsight is too low.",
    "gaps": "How much more contenders cost than the floors, and than the best fixed period. One "
    "that learns online, or is trained at other times or on other memories than the grid has, can "
    "cost less.",
    "periods": "What it costs to train every so often, the mean over all phases of a period: the "
    "first training at any time of the grid up to its end.",
    "schedules": "When the schedules of the floors train, after the warm-up.",
    "recovered": "How contenders came through the changes: medians and means over seeds and "
    "changes. Where the best possible error is not known, the error replaces the excess.",
    "recovery": "The same for each contender, seed and change.",
    "alarms": "Alarms compared with the true changes, means over the seeds. Below each contender "
    "stand two detectors that see no errors and alarm as often, evenly and at random. Where no "
    "change is known, as in recorded rows without marks, most cells are empty.",
    "differences": "How much better one of two contenders is in the first metric, and, where "
    "there are prices, how much less it costs. Each interval is of that pair alone, on the same "
    "rows: it may exclude zero where p, corrected for all pairs, is not below 0.05.",
    "worth": "Each contender costs what it costs without trainings, and the price of a training "
    "for each. So each is the cheapest over a range of prices, or over none. Prices are in the "
    "unit of costs: in mistakes, unless the scenario gives others. Compute does not count. "
    "Policies that know the true changes are left out, as nobody could choose them.",
    "breakeven": "Where another price is as given, the price at which two contenders cost the "
    "same, with its interval at 95 %: by Fieller over the seeds, or along one stream where both "
    "train by a clock. Compute does not count.",
    "wrong_prices": "What one would choose if a price were higher or lower by a factor than given, "
    "and how much more that costs at the given prices.",
    "ranks": "The mean rank of each contender over the settings or the streams, 1 for the best.",
    "pairs": "In how many settings or streams one of two contenders is better than the other.",
    "forgetting": "What contenders no longer know at the end, on fresh rows of all concepts.",
    "probed": "The error on fresh rows of each concept after each phase, the mean over the seeds.",
}
BOUNDS = {"low": "lower", "high": "upper"}
P_HOLM = "corrected for all pairs (Holm)"
COLUMNS = {
    "seeds": "streams that the mean is over",
    "repeats": "trainings with other learner seeds, or on other folds, on each stream",
    "low": "lower bound of the interval at 95 %, for this pair alone",
    "high": "upper bound of the interval at 95 %, for this pair alone",
    "settings": "settings, or streams, that the row is about",
}
EXCESS = "the mean excess"
OF_RECOVERY = {
    "level": f"{EXCESS} before the change, to come back to",
    "depth": f"{EXCESS} of the worst window after the change, above the level",
    "area": "the excess above the level until recovery, summed: in rows' worth of errors",
    "standard_error": "that of the distance of a window from the level",
}
OF_SUMMARY = {
    "cost": "what it costs in all, by the prices of the scenario",
    "cost_low": "lower bound of the interval of cost at 95 %",
    "cost_high": "upper bound of the interval of cost at 95 %",
    "fits": "trainings",
    "labels": "rows whose label reached a model or a detector",
    "engine": "compiled, or the library that the contender runs on",
}
OF_WORK = {
    "fit": "training",
    "predict": "predicting",
    "learn": "learning from labels row by row or in batches",
    "online": "predicting and learning in one loop",
    "compile": "compiling, once a machine",
}
OF_COST = {
    "low": "lower bound of the interval of cost at 95 %",
    "high": "upper bound of the interval of cost at 95 %",
}
OF_PAIRS = {
    "better": "contender with the better mean",
    "worse": "the other contender",
    "metric": "what is compared",
}
OF_TABLES = {
    "summary": {
        **OF_SUMMARY,
        "±": "half the width of the interval at 95 %: over the seeds, or with one seed for these "
        "trained models on rows like these",
        "CPU seconds": "CPU seconds of training, predicting and learning",
    },
    "whole": {
        **OF_SUMMARY,
        "fits_skipped": "trainings skipped, without labels or with those of one class only",
        "labels_after_end": "labels due only after the end of the stream",
        "labels_never": "labels that never come",
        "rows_trained": "rows that models were trained on, each time counted",
        "alarms": "alarms of the detector",
        **{
            f"{work}_{clock.lower()}_seconds": f"{clock} seconds of {what}"
            for clock in ("CPU", "wall")
            for work, what in OF_WORK.items()
        },
        "model_bytes": "size of all models of the contender",
        "ram_hours": "gigabytes held by its models times CPU hours",
    },
    "costs": {
        "cost": "what it costs in all: the sum of its shares",
        "low": "lower bound of the interval of cost at 95 %",
        "high": "upper bound of the interval of cost at 95 %",
        "mistakes": "for wrong predictions; in regression for their errors",
        "labels": "for labels that reached a model or a detector",
        "training": "for trainings after the first, each and by their rows",
        "compute": "for CPU seconds of training, predicting and learning, those of this machine",
        "staleness": "for rows that the model in force was behind the newest label",
        "over_static": "what it saves against a contender that is trained once: one with the same "
        "learner, else the first",
        "over_static_low": "lower bound of the interval of that saving at 95 %, paired by seeds",
        "over_static_high": "upper bound of the interval of that saving at 95 %, paired by seeds",
        "roi": "return on investment against the same contender: what it saves in mistakes and "
        "staleness, less what it spends more on the rest, for each unit of that; empty where it "
        "spends no more",
        "best": "whether it has the lowest cost, of those that know no change beforehand",
        "tied": "whether it does not differ significantly from the one with the lowest, "
        "corrected for all pairs (Holm)",
        "currency": "the unit of all costs",
    },
    "floor": {
        "floor": "what the schedules may know",
        "cost": "what they cost in all, the mean over the seeds",
        **OF_COST,
        "trainings": "trainings after the warm-up, the mean over the seeds",
        "grid": "between the times at which a model may be trained",
        "memories": "the labels that a model may be trained on",
        "one_memory": "whether only schedules that keep to one memory were compared, since what "
        "labels or latencies cost depends on it",
    },
    "gaps": {
        "floor": "what the schedules may know; best_period: the fixed period that costs least",
        "learner": "learner of the floor: that of the contender, or of the lowest floor",
        "gap": "how much more the contender costs",
        "low": "lower bound of the interval of the gap at 95 %",
        "high": "upper bound of the interval of the gap at 95 %",
        "p": "how likely so large a gap would be by chance; of the best period, which is chosen "
        "among all periods, times their number",
        "share": "the gap as a share of the floor",
    },
    "periods": {
        "period": "between trainings; never: the model of the warm-up is kept",
        "memory": "the labels that models are trained on",
        "cost": "what the period costs in all, the mean over the seeds and the phases",
        **OF_COST,
        "phase_low": "the cost in the cheapest phase",
        "phase_high": "the cost in the dearest phase",
        "error": "share of rows predicted wrong; for regression the mean absolute error, or the "
        "mean squared error where that has a price",
        "trainings": "trainings after the warm-up",
        "labels": "what labels cost",
        "training": "what trainings cost, each and by their rows",
        "compute": "what CPU seconds of training and predicting cost, those of this machine",
        "best": "whether it has the lowest cost",
        "tied": "whether it does not differ significantly from the one with the lowest, corrected "
        "for all that are compared with it (Holm)",
    },
    "schedules": {
        "floor": "what the schedule may know",
        "row": "row before which the training begins",
        "date": "when that row was",
        "memory": "the labels that the model is trained on",
    },
    "recovered": {
        "rows": "median rows from a change to recovery, 0 without a fall; empty if fewer than half "
        "recovered",
        "changes": "changes, counted with each seed",
        "recovered": "how often the contender recovered",
        "did_not_fall": "how often a change did no clear harm, within the tolerance",
        "censored": "how often it had not recovered when the next change came or the stream ended",
        "too_short": "phases too short to judge",
        **OF_RECOVERY,
    },
    "recovery": {
        "change": "first row of the change; in a ramp, where it starts",
        "date": "when that row was",
        "outcome": "recovered; did not fall; not recovered in time; or too short a phase to judge",
        "rows": "rows from the change to the first of two good windows in a row, or to the end of "
        "the phase",
        "censored": "whether it had not recovered when the next change came or the stream ended",
        "window": "rows of a window",
        "tolerance": "how far above the level a good window may be",
        **OF_RECOVERY,
    },
    "alarms": {
        "alarms": "alarms in all",
        "changes": "true changes",
        "detected": "changes with an alarm before the next change, and within the tolerance if the "
        "scenario gives one",
        "missed": "share of changes without one",
        "to_detection": "mean rows from a change to its first alarm, over the detected ones",
        "delay": "median rows from a change to its first alarm; a missed one counts as longer",
        "delay_q1": "lower quartile of the same: a quarter of the changes had an alarm by then",
        "delay_q3": "upper quartile of the same; empty where more than a quarter were missed",
        "extra": "false alarms: those after a change that are not its first, or come too late",
        "early": "false alarms before the first change",
        "normalized_delay": "the mean rows to detection as a share of the tolerance",
        "false_per_10_000": "false alarms in 10,000 rows",
        "between_false": "rows of the stream for each false alarm",
        "precision": "share of alarms that detected a change",
        "recall": "share of changes detected",
        "f1": "harmonic mean of precision and recall",
        "covering": "how well stretches between alarms cover those between changes, 1 at best",
        "ratio": "mean time ratio (Bifet 2017), higher is better: between false / to detection "
        "× share of changes detected",
    },
    "differences": {
        **OF_PAIRS,
        "mean": "how much better it is",
        "p": f"of no difference, {P_HOLM}",
        "significant": "whether p is below 0.05",
        "equivalent": "whether both are equal to within report.equivalence, after correction",
        "unit": "what the interval is over: seeds, repeats, or intervals of one stream",
    },
    "worth": {
        "mistakes": "what wrong predictions cost; without prices, their number",
        "trainings": "trainings after the first, which all contenders have",
        "labels": "rows whose label reached a model or a detector",
        "without_trainings": "what it costs if trainings are free: all but their price each",
        "cheapest_from": "price of a training from which it is the cheapest; empty if it never is",
        "cheapest_to": "price of a training up to which it is the cheapest",
        "label_from": "price of a label from which it is the cheapest, at the given prices",
        "label_to": "price of a label up to which it is the cheapest",
        "on_hull": "whether it is on the lower convex hull of trainings and cost: only such "
        "contenders are the cheapest at some price",
        "on_frontier": "whether no other trains no more and costs no more: the Pareto frontier",
    },
    "breakeven": {
        "contender": "one of two contenders",
        "other": "the other one",
        "price": "of what: a training, a label, …",
        "value": "the price at which both cost the same; empty if they do at none",
        "low": "lower bound of that price at 95 %",
        "high": "upper bound of that price at 95 %",
        "outcome": "what is known of the price: an interval, one bound, that there is none, or "
        "nothing",
        "cheaper_below": "the cheaper one where the price is lower",
        "cheaper_above": "the cheaper one where the price is higher",
        "seeds": "streams that the value is over",
        "unit": "what the interval is over: seeds, repeats, or intervals of one stream",
    },
    "wrong_prices": {
        "price": "of what: a training, a label, …",
        "factor": "how many times as high as given it is taken to be",
        "contender": "the cheapest at that price",
        "regret": "how much more it costs at the given prices than the cheapest",
        "low": "lower bound of the regret at 95 %, for this pair alone",
        "high": "upper bound of the regret at 95 %, for this pair alone",
        "unit": "what the interval is over: seeds, repeats, or intervals of one stream",
    },
    "ranks": {
        "metric": "what ranks are by",
        "rank": "mean rank",
        "streams": "different streams among the settings",
        "p": "chance of such ranks if all contenders were equal",
        "critical": "difference of ranks from which two contenders differ (Nemenyi, 95 %)",
        "test": "the test of p",
        "friedman": "Friedman's chi-squared, corrected for shared ranks",
        "iman_davenport": "Iman and Davenport's F, which follows from it",
        "df_1": "degrees of freedom of both",
        "df_2": "further degrees of freedom of F",
    },
    "pairs": {
        **OF_PAIRS,
        "wins": "settings in which the first is better",
        "ties": "settings in which both are equal",
        "losses": "settings in which the second is better",
        "p": f"of no difference, by Wilcoxon's signed-rank test, {P_HOLM}",
        "p_better": "probability that the first is better by more than report.equivalence",
        "p_equal": "probability that they differ by less than that",
        "p_worse": "probability that the second is better by more than that",
    },
    "forgetting": {
        "error": "mean error on all concepts at the end",
        "forgetting": "how far the error on concepts that no longer rule is above its lowest",
        "backward_transfer": "how far that error is below the one when the concept last ruled; "
        "negative for what is forgotten",
    },
    "probed": {
        "phase": "number of the phase between changes",
        "last_row": "last row of the phase",
        "last_date": "when that row was",
        "ruling": "concept that ruled the phase",
        "visit": "how often that concept has ruled by then",
        "concept": "concept that the rows are of",
        "error": "share predicted wrong; for regression the mean absolute error",
    },
}


def meaning(table: str, column: str, metrics: dict) -> str:
    """What a column of a table means; nothing for names and swept paths, which say it themselves.

    `metrics` holds the declaration of each metric, by its name.
    """
    own = COLUMNS | OF_TABLES[table]
    metric, _, side = column.rpartition("_")
    if column in own:
        text = own[column]
    elif column in metrics:
        text = metrics[column].meaning.rstrip(".")
    elif metric in metrics and side in BOUNDS:
        text = f"{BOUNDS[side]} bound of the interval of {metric.replace('_', ' ')} at 95 %"
    else:
        return ""
    return text[0].upper() + text[1:]
