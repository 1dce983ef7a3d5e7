// What the show sells, as this page knows it: items, the pin's and the deals' prices, units left.
export const plenty = (left) => (left === 0 ? "none" : left <= 5 ? "few" : "some")

export function makeGoods(items) {
  const known = new Map()
  const levels = new Map()
  const watchers = []
  const deals = new Map() // item → its open deal
  let pin = null

  const tell = () => watchers.forEach((watcher) => watcher())
  const keep = (item) => {
    known.set(item.item, item)
    for (const { id, left } of item.variants) if (!levels.has(id)) levels.set(id, left)
  }
  items.forEach((item) => {
    keep(item)
    if (item.deal) deals.set(item.item, item.deal)
  })

  // While an item is pinned, the pin's prices hold; while a deal is open on it, what is cheaper.
  function item(id) {
    const plain = pin?.item === id ? { ...known.get(id), ...pin } : known.get(id)
    if (!plain?.variants) return plain
    const deal = deals.get(id)
    const variants = plain.variants.map((each) => {
      const usual = each.usual_price ?? each.price
      return { ...each, price: deal ? Math.min(usual, deal.price) : usual }
    })
    return { ...plain, variants }
  }

  const variantLeft = (variant) => levels.get(variant.id) ?? variant.left

  return {
    item,
    items: () => [...known.keys()].map(item).sort((a, b) => a.number - b.number),
    variantLeft,
    left: ({ variants }) => variants.reduce((sum, variant) => sum + variantLeft(variant), 0),
    cheapest: ({ variants }) =>
      variants.reduce((best, each) => (best && best.price <= each.price ? best : each), null),
    pinned: () => pin?.item ?? null,
    replace(fresh) {
      known.clear()
      levels.clear()
      fresh.forEach(keep)
      tell()
    },
    setPin(card) {
      pin = card
      if (card && !known.has(card.item)) keep(card)
      tell()
    },
    deals: () => [...deals.values()],
    setDeals(open) {
      deals.clear()
      open.forEach((deal) => deals.set(deal.item, deal))
      tell()
    },
    setLevels(stock) {
      for (const [id, left] of Object.entries(stock)) levels.set(Number(id), left)
      tell()
    },
    watch: (watcher) => watchers.push(watcher),
  }
}
