// The numbered items of the show: live units and prices, the one being explained, jumps back.
import { clone, fill, show } from "fill"
import { plenty } from "shop/goods"

export function makeShelf(list, { goods, money, choose, jump }) {
  let moments = new Map() // item → ms, where the replay shows it

  function row(item) {
    const known = list.querySelector(`[data-item="${item.item}"]`)
    const element = known ?? clone("shelf-item")
    if (!known) {
      element.dataset.item = item.item
      element.querySelector("[data-page]").href = item.url
      show(element.querySelector("img"), item.picture)
    }
    const price = goods.cheapest(item)
    const left = goods.left(item)
    const isPinned = goods.pinned() === item.item
    fill(element, {
      number: item.number,
      title: item.title,
      price: price && money(price.price),
      list: price && price.list_price > price.price ? money(price.list_price) : null,
      left: left === 0 ? "Sold out" : `${left} left`,
      now: isPinned ? "Explaining now" : null,
    })
    element.dataset.stock = plenty(left)
    element.toggleAttribute("data-pinned", isPinned)
    const button = element.querySelector("[data-choose]")
    button.hidden = false
    button.textContent = left === 0 ? "Wait for it" : "Buy"
    button.classList.toggle("button--primary", left > 0)
    button.setAttribute("aria-label", `${left ? "Buy" : "Wait for it:"} ${item.title}`)
    element.querySelector("[data-deal]").dataset.deal = item.item
    const again = element.querySelector("[data-jump]")
    again.hidden = !moments.has(item.item)
    again.setAttribute("aria-label", `Watch ${item.title} from here`)
    return element
  }

  function draw() {
    const rows = goods.items().map(row)
    const isInOrder = rows.every((element, index) => element === list.children[index])
    if (!isInOrder || rows.length < list.children.length) list.replaceChildren(...rows)
  }

  list.addEventListener("click", (event) => {
    const item = Number(event.target.closest("[data-item]")?.dataset.item)
    if (event.target.closest("[data-choose]")) choose(item)
    if (event.target.closest("[data-jump]")) jump(moments.get(item))
  })
  goods.watch(draw)
  draw()

  return {
    // Where each item is shown first: [{card, from}] in the order of the replay.
    setMoments(pins) {
      moments = new Map([...pins].reverse().map(({ card, from }) => [card.item, from]))
      draw()
    },
  }
}
