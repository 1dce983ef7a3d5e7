"""Our application without the counter: each buyer is placed in a transaction of her own."""

from livecommerce.wsgi import application
from orders import counter
from tests.benchmarks.sale.ours import alone

counter.place = alone.place
__all__ = ["application"]
