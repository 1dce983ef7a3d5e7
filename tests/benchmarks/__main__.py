"""`make bench`: each budget measured, one JSON line and one sentence per figure.

Nothing here passes or fails: a noisy machine must not turn a test red. Each line says the limit
beside the figure, and the ratio of the two.
"""

import json

from tests.benchmarks import budgets
from tests.benchmarks.product import Product

if __name__ == "__main__":
    with Product() as product:
        for figure in budgets.measure(product):
            print(json.dumps(figure.as_dict()), flush=True)
            print(f"  {figure}", flush=True)
