// The pinned card over the picture. Facts decide what is pinned, the picture decides when.
import { fill, show } from "fill"
import { plenty } from "shop/goods"

const CALM = 600 // ms after a change in which a tap may have meant the card before

export function makePinCard(card, { goods, money, choose, missed, now = () => performance.now() }) {
  let shown = null
  let changedAt = -Infinity

  function draw(pin) {
    if (pin?.pin !== shown?.pin) {
      changedAt = now()
      if (pin && shown) card.animate?.({ opacity: [0.4, 1] }, 250)
    }
    shown = pin
    card.hidden = !pin
    if (pin) drawGoods()
  }

  function drawGoods() {
    const item = shown && goods.item(shown.item)
    if (!item) return
    const price = goods.cheapest(item)
    const left = goods.left(item)
    fill(card, {
      number: item.number,
      title: item.title,
      price: price && money(price.price),
      list: price && price.list_price > price.price ? money(price.list_price) : null,
      left: left === 0 ? "Sold out" : `${left} left`,
    })
    card.dataset.stock = plenty(left)
    show(card.querySelector("img"), item.picture)
    card.querySelector("[data-buy]").textContent = left === 0 ? "Wait for it" : "Buy"
    card.querySelector("[data-deal]").dataset.deal = item.item
  }

  card.addEventListener("click", (event) => {
    if (!event.target.closest("[data-buy], [data-look]")) return
    // A new pin never steals a tap that was meant for the one before it.
    if (!shown) return
    if (now() - changedAt < CALM) return missed(goods.item(shown.item))
    choose(shown.item)
  })
  goods.watch(drawGoods)

  return { draw, shown: () => shown }
}
