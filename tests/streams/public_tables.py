"""Public tables: small ones in the shapes of well-known files, each with what should be read."""

import bz2
import gzip
import zipfile
from dataclasses import dataclass, field
from typing import Any

import numpy as np

ROWS = 48


@dataclass
class Public:
    """A table as it was published, and what is known of it."""

    path: str
    columns: int  # of features
    target: str
    rows: int = ROWS
    params: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # words of what `check` prints of its form
    first: list[float] = field(default_factory=list)  # numbers that its first row begins with
    classes: tuple[str, ...] | None = None


def rows_of(*columns):
    """Rows from columns: lists that are repeated, or functions of the row."""
    return [[c(i) if callable(c) else c[i % len(c)] for c in columns] for i in range(ROWS)]


def text_of(rows, separator=","):
    return "".join(separator.join(map(str, row)) + "\n" for row in rows)


def uneven(i):
    return round(np.sin(i) * 10, 3)


def bike_sharing(folder):
    head = "instant,dteday,season,hr,weathersit,temp,hum,casual,registered,cnt\n"
    rows = rows_of(
        lambda i: i + 1, lambda i: f"2011-01-{1 + i // 24:02}", [1, 2], lambda i: i % 24, [1, 3],
        lambda i: abs(uneven(i)) / 10, [0.81, 0.8], lambda i: i % 5, lambda i: i % 11,
        lambda i: i % 5 + i % 11,
    )  # fmt: skip
    (folder / "hour.csv").write_text(head + text_of(rows))
    params = {"task": "regression", "drop": ["casual", "registered", "instant"]}
    return Public("hour.csv", 6, "cnt", params=params)


def credit(folder):
    head = "loan_id,issued,amount,grade,income,default\n"
    rows = rows_of(
        lambda i: f"L-{i:05}", lambda i: f"{1 + i % 28:02}.12.2016", lambda i: 1000 + i,
        list("ABC"), lambda i: "" if i % 9 == 4 else 30_000 + i * i, ["no", "yes", "no"],
    )  # fmt: skip
    (folder / "credit.csv").write_text(head + text_of(rows))
    return Public("credit.csv", 4, "default", params={"missing": "whole_table"})


def power_supply(folder):
    head = "@relation powersupply\n\n@attribute attribute0 numeric\n@attribute attribute1 numeric\n"
    rows = rows_of(uneven, lambda i: 100 + i / 4, lambda i: i % 24)
    lines = text_of(rows).splitlines()
    lines[30] += ","
    values = ",".join(map(str, range(24)))
    text = f"{head}@attribute class {{{values}}}\n\n@data\n" + "\n".join(lines) + "\n"
    (folder / "powersupply.arff").write_text(text)
    return Public("powersupply.arff", 2, "class", notes=["1 row with a separator at the end"])


def air_quality(folder):
    head = "Date;Time;CO(GT);PT08.S1(CO);NMHC(GT);C6H6(GT);T;RH;;\n"
    rows = rows_of(
        lambda i: f"{10 + i // 24}/03/2004", lambda i: f"{i % 24:02}.00.00",
        lambda i: f"{1 + i % 4 / 10:.1f}".replace(".", ","), lambda i: 1000 + i, [-200, 150],
        lambda i: f"{10 + uneven(i):.1f}".replace(".", ","),
        lambda i: f"{i / 7:.1f}".replace(".", ","), lambda i: f"{40 + i / 9:.4f}".replace(".", ","),
        [""], [""],
    )  # fmt: skip
    (folder / "AirQualityUCI.csv").write_text(head + text_of(rows, ";") + ";;;;;;;;;\n" * 5)
    return Public(
        "AirQualityUCI.csv", 7, "C6H6(GT)",
        params={"target": "C6H6(GT)", "task": "regression"},
        notes=["separator ';'", "decimal ','", "2 columns without a name", "5 rows without a cell"],
    )  # fmt: skip


def bank(folder):
    head = '"","age","job","balance","y"\n'
    rows = rows_of(
        lambda i: f'"{i + 1}"', lambda i: 30 + i % 9, ['"admin."', '"retired"'], uneven,
        ['"no"', '"yes"'],
    )  # fmt: skip
    (folder / "bank.csv").write_text(head + text_of(rows))
    return Public("bank.csv", 3, "y", notes=["row labels"], classes=("no", "yes"))


def bank_of_write_table(folder):
    rows = rows_of(
        lambda i: f'"{i + 1}"', lambda i: 30 + i % 9, ['"a b"', '"c"'], ['"no"', '"yes"']
    )
    (folder / "bank.txt").write_text('"age" "job" "y"\n' + text_of(rows, " "))
    return Public("bank.txt", 2, "y", notes=["separator ' '", "row labels"])


def wine(folder):
    head = '"fixed acidity";"volatile acidity";"citric acid";"quality"\n'
    rows = rows_of(lambda i: 7.4 + i / 10, [0.7, 0.88], lambda i: i / 50, [5, 6, 7])
    (folder / "winequality-red.csv").write_text(head + text_of(rows, ";"))
    return Public("winequality-red.csv", 3, "quality", notes=["separator ';'"], first=[7.4, 0.7, 0])


def sparse_text(folder):
    words = "".join(f"@attribute 'word {j}' numeric\n" for j in range(30))
    rows = [f"{{{i % 7} 1,{10 + i % 5} 2.5,30 {'spam' if i % 3 else 'ham'}}}" for i in range(ROWS)]
    text = f"@relation mails\n{words}@attribute class {{ham,spam}}\n@data\n"
    (folder / "mails.arff.gz").write_bytes(gzip.compress((text + "\n".join(rows)).encode()))
    return Public("mails.arff.gz", 30, "class", first=[1, 0, 0], classes=("ham", "spam"))


def forty_classes(folder):
    head = "a\tb\tspecies\n"
    rows = rows_of(uneven, lambda i: i * i, lambda i: f"species {i % 40}")
    (folder / "leaf.tsv").write_text(head + text_of(rows, "\t"))
    return Public("leaf.tsv", 2, "species", notes=["separator '\\t'"])


def adult(folder):
    rows = rows_of(
        lambda i: 39 + i % 8, ["State-gov", "Private", "?"], lambda i: 77516 + 7 * i,
        ["Bachelors", "HS-grad"], [13, 9], ["<=50K", ">50K", "<=50K"],
    )  # fmt: skip
    (folder / "adult.data").write_text(text_of(rows, ", ") + "\n")
    return Public(
        "adult.data", 5, "x6", params={"missing": "whole_table"}, notes=["no header"], first=[39, 1]
    )


def iris(folder):
    rows = rows_of(lambda i: 5.1 + i % 3, [3.5, 3.1], [1.4], [0.2, 0.4], ["Iris-setosa", "Iris-x"])
    (folder / "iris.data").write_text(text_of(rows) + "\n")
    return Public("iris.data", 4, "x5", notes=["no header"], first=[5.1, 3.5, 1.4, 0.2])


def covertype(folder):
    rows = rows_of(lambda i: 2596 + i, [51, 56], [3, 2], lambda i: 258 + i % 7, [0, 1], [5, 2, 1])
    (folder / "covtype.data.gz").write_bytes(gzip.compress(text_of(rows).encode()))
    return Public("covtype.data.gz", 5, "x6", notes=["no header"], first=[2596, 51, 3, 258, 0])


def airlines(folder):
    head = (
        "@relation airlines\n@attribute Airline {'CO','US','AA'}\n@attribute Flight numeric\n"
        "@attribute AirportFrom {'SFO','PHX'}\n@attribute DayOfWeek {1,2,3}\n"
        "@attribute Delay {0,1}\n@data\n"
    )
    rows = rows_of(["CO", "US", "AA"], lambda i: 269 + i, ["SFO", "PHX"], [3, 1], [1, 0, 1])
    (folder / "airlines.arff").write_text(head + text_of(rows))
    return Public("airlines.arff", 4, "Delay", first=[0, 269, 0, 2])


def electricity(folder):
    head = (
        "@relation electricity-weka.filters\n\n@attribute date numeric\n"
        "@attribute day {1,2,3,4,5,6,7}\n@attribute nswprice numeric\n"
        "@attribute class {UP,DOWN}\n\n@data\n"
    )
    rows = rows_of(lambda i: i / 500, [2, 3], lambda i: 0.05 + i % 9 / 100, ["UP", "DOWN", "DOWN"])
    (folder / "elecNormNew.arff").write_text(head + text_of(rows))
    return Public("elecNormNew.arff", 3, "class", first=[0, 1], classes=("DOWN", "UP"))


def weather(folder):
    (folder / "NEweather_data.csv").write_text(
        text_of(rows_of(uneven, [14.0, 15.5], [1019.6, 998]))
    )
    (folder / "NEweather_class.csv").write_text(text_of(rows_of([1, 2, 1])))
    return Public(
        "NEweather_data.csv", 3, "label", params={"labels": "NEweather_class.csv"}, first=[0, 14],
        notes=["no header"],
    )  # fmt: skip


def kdd_cup(folder):
    rows = rows_of(
        [0, 12], ["tcp", "udp"], ["http", "smtp"], ["SF"], lambda i: 181 + i, [0.0, 1.0],
        ["normal.", "smurf.", "normal."],
    )  # fmt: skip
    (folder / "kddcup.data_10_percent.gz").write_bytes(gzip.compress(text_of(rows).encode()))
    return Public(
        "kddcup.data_10_percent.gz", 6, "x7", notes=["no header"], classes=("normal.", "smurf.")
    )


def spambase(folder):
    rows = rows_of([0, 0.21], [0.64, 0.28], [0, 0.5], lambda i: 61 + i, [1, 0])
    with zipfile.ZipFile(folder / "spambase.zip", "w") as archive:
        archive.writestr("spambase.DOCUMENTATION", "1. Title: SPAM E-mail Database")
        archive.writestr("spambase.data", text_of(rows))
    return Public("spambase.zip", 4, "x5", notes=["no header"], first=[0, 0.64, 0, 61])


def nursery(folder):
    rows = rows_of(
        ["usual", "pretentious"], ["proper", "critical", "improper"], ["1", "2", "3", "more"],
        ["convenient", "critical"], ["recommend", "priority", "not_recom"],
    )  # fmt: skip
    (folder / "nursery.data").write_text(text_of(rows))
    return Public("nursery.data", 4, "x5", notes=["no header"])


def gas_sensors(folder):
    rows = [f"{1 + i % 6} 1:{15596 + i}.5 2:{i / 8} 4:{-i}" for i in range(ROWS)]
    (folder / "batch1.dat").write_text("\n".join(rows) + "\n")
    return Public("batch1.dat", 4, "y", notes=["LIBSVM"], first=[15596.5, 0, 0, 0])


def poker(folder):
    rows = rows_of([1, 2, 4], [10, 11, 3], [1, 2], [11, 13, 2], lambda i: i * i % 10)
    (folder / "poker-hand-testing.data.bz2").write_bytes(bz2.compress(text_of(rows).encode()))
    return Public("poker-hand-testing.data.bz2", 4, "x5", notes=["no header"], first=[1, 10, 1, 11])


def phishing(folder):
    names = ("having_IP_Address", "URL_Length", "Shortining_Service")
    head = "@relation phishing\n\n" + "".join(f"@attribute {n}  {{ -1,0,1 }}\n" for n in names)
    rows = rows_of([-1, 1], [1, 0, -1], [1, -1], [-1, 1, 1])
    text = f"{head}@attribute Result  {{ -1,1 }}\n\n\n@data\n{text_of(rows)}"
    (folder / "phishing.arff").write_text(text)
    return Public("phishing.arff", 3, "Result", first=[0, 2, 2], classes=("-1", "1"))


def letter(folder):
    rows = rows_of(["T", "I", "D"], [2, 5, 4], [8, 12, 11], [3, 3, 6], lambda i: i % 14)
    (folder / "letter-recognition.data").write_text(text_of(rows))
    return Public(
        "letter-recognition.data", 4, "x1", params={"target": "x1"}, notes=["no header"],
        first=[2, 8, 3, 0], classes=("D", "I", "T"),
    )  # fmt: skip


def household_power(folder):
    head = "Date;Time;Global_active_power;Voltage;Sub_metering_3\n"
    rows = rows_of(
        lambda i: f"{16 + i // 24}/12/2006", lambda i: f"{i % 24:02}:24:00",
        lambda i: "?" if i == 30 else f"{4 + i / 100:.3f}", lambda i: f"{230 + i % 9}.840",
        lambda i: "" if i == 30 else f"{17 + i % 2}.000",
    )  # fmt: skip
    (folder / "household_power_consumption.txt").write_text(head + text_of(rows, ";"))
    params = {"task": "regression", "missing": "drop"}
    return Public(
        "household_power_consumption.txt", 4, "Sub_metering_3", ROWS - 1, params, ["separator ';'"]
    )


PUBLIC = (
    *(bike_sharing, credit, power_supply, air_quality, bank, bank_of_write_table, wine),
    *(sparse_text, forty_classes, adult, iris, covertype, airlines, electricity, weather),
    *(kdd_cup, spambase, nursery, gas_sensors, poker, phishing, letter, household_power),
)
