"""News for a shop's own people: what sells, as it sells. Shoppers never hear it."""

from livecommerce.realtime import publish


def group(shop_id: int) -> str:
    """The channel-layer group of a shop's control rooms."""
    return f"desk.{shop_id}"


def tell(shop_id: int, news: str, data: dict) -> None:
    """{"type": news, "data": data} to every open control room of the shop, on commit."""
    publish(group(shop_id), {"type": "desk.news", "news": {"type": news, "data": data}})
