"""The table of your_table.md: two years of orders, as a shop would export them.

    .venv/bin/python docs/tutorials/orders.py orders.csv

Whether an order is returned depends on its price, its discount, the age of the customer and the
channel. In March 2024 the shop starts to charge for returns, and in November it opens an app, whose
customers buy other things. It is known a month or more after the order, at `checked_at`.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROWS = 60_000
START, DAYS = pd.Timestamp("2023-01-01"), 730
FEE, APP = pd.Timestamp("2024-03-01"), pd.Timestamp("2024-11-01")
COUNTRIES = ["AT", "CH", "DE", "FR", "NL"]


def orders(rows: int = ROWS) -> pd.DataFrame:
    """The orders, in the order of their dates."""
    rng = np.random.default_rng(0)
    seconds = np.sort(rng.choice(DAYS * 86_400, rows, replace=False))
    ordered = START + pd.to_timedelta(seconds, unit="s")
    by_app = (ordered >= APP) & (rng.random(rows) < 0.5)
    channel = np.where(by_app, "app", rng.choice(["web", "phone", "shop"], rows, p=[0.7, 0.1, 0.2]))
    price = np.round(np.exp(rng.normal(3.5, 0.8, rows)), 2)
    discount = rng.choice([0, 5, 10, 20, 50], rows, p=[0.5, 0.2, 0.15, 0.1, 0.05])
    age = rng.integers(18, 80, rows).astype(float)
    fee = ordered >= FEE
    score = -4 + 0.08 * price + 0.05 * discount - 0.1 * (age - 45)
    score = np.where(fee, -1 - 0.03 * price + 0.2 * discount + 0.05 * (age - 45), score)
    score = score + np.where(channel == "app", np.where(price > 40, 5, -2), 0)
    returned = rng.random(rows) < 1 / (1 + np.exp(-score))
    checked = ordered + pd.to_timedelta(np.round(30 + rng.exponential(4, rows), 2), unit="D")
    age[rng.random(rows) < 0.08] = np.nan
    return pd.DataFrame(
        {
            "order_id": [f"A-{i:06d}" for i in rng.permutation(rows)],
            "ordered_at": ordered.strftime("%Y-%m-%d %H:%M:%S"),
            "country": rng.choice(COUNTRIES, rows, p=[0.1, 0.1, 0.6, 0.1, 0.1]),
            "channel": channel,
            "price": price,
            "discount": discount,
            "age": age,
            "currency": "EUR",
            "checked_at": checked.strftime("%Y-%m-%d %H:%M:%S"),
            "returned": np.where(returned, "yes", "no"),
        }
    )


if __name__ == "__main__":
    orders().to_csv(Path(sys.argv[1]), index=False)
