// Flash deals: which are open, for how long by the server's clock, and how many units are left.
import { clock } from "clock"
import { span } from "countdown"
import { fill } from "fill"

const TICK = 250 // ms

// Facts open and close a deal, its time and its units end it. changed(open) hears the deals that
// count whenever these are others than before.
export function makeDeals({ changed, now = clock.now, every = setInterval, stop = clearInterval }) {
  const told = new Map() // deal → its card
  let left = {}
  let counted = ""
  let timer = null

  const isOpen = (card) => now() < Date.parse(card.ends_at) && left[card.deal] !== 0
  const open = () => [...told.values()].filter(isOpen)

  function look() {
    const cards = open()
    const isAny = [...told.values()].some((card) => now() < Date.parse(card.ends_at))
    if (isAny && timer === null) timer = every(look, TICK)
    if (!isAny && timer !== null) timer = stop(timer) ?? null
    const key = cards.map((card) => card.deal).join()
    if (key === counted) return
    counted = key
    changed(cards)
  }

  function tell(card) {
    for (const [id, { item }] of told) if (item === card.item) told.delete(id)
    told.set(card.deal, card)
  }

  function reset(cards) {
    told.clear()
    cards.forEach(tell)
    look()
  }

  return {
    handlers: {
      "room.snapshot": ({ deals = [] }) => reset(deals),
      "deal.opened": ({ data }) => {
        tell(data)
        look()
      },
      "deal.closed": ({ data }) => {
        told.delete(data.deal)
        look()
      },
      "show.ended": () => reset([]),
    },
    reset,
    // {deal: units}, of those that have a cap.
    count(units) {
      left = units ?? {}
      look()
    },
    // What is to be said of an item's deal, or null.
    of(item) {
      const card = open().find((each) => each.item === item)
      if (!card) return null
      const seconds = Math.ceil((Date.parse(card.ends_at) - now()) / 1000)
      const units = left[card.deal] ?? card.cap
      const terms = [
        units === null || units === undefined ? null : `${units} left at this price`,
        card.limit_each ? `${card.limit_each} per customer` : null,
      ]
      return { ends: `Ends in ${span(seconds)}`, terms: terms.filter(Boolean).join(" · ") || null }
    },
  }
}

// Draws time and units wherever data-deal names an item.
export function drawDeals(page, deals) {
  for (const element of page.querySelectorAll("[data-deal]")) {
    const said = deals.of(Number(element.dataset.deal))
    const [ends, terms] = [said?.ends ?? null, said?.terms ?? null]
    const words = `${ends}${terms}`
    if (element.dataset.said === words) continue
    element.dataset.said = words
    fill(element, { ends, terms })
  }
}
