// The bag as a step of the sheet.
import { clock } from "clock"
import { countdown, span } from "countdown"
import { clone, fill, show } from "fill"
import { makeCoupon } from "shop/coupon"
import { drawTotals } from "shop/totals"

const GRACE = 16_000 // ms after its end in which who pressed Buy still gets a deal's price

export function makeBagStep(step, { bag, goods, money, checkout }) {
  const list = step.querySelector("[data-lines]")
  const trouble = step.querySelector("[data-trouble]")
  const button = step.querySelector("[data-checkout]")
  let stopClock = () => {}
  const tell = (words) => (trouble.textContent = words ?? "")

  function row(line) {
    const element =
      list.querySelector(`[data-variant="${line.variant}"]`) ?? clone("bag-line")
    element.dataset.variant = line.variant
    fill(element, {
      title: line.title,
      variant: line.variant_title || null,
      quantity: line.quantity,
      price: money(line.total),
      list:
        line.list_price > line.unit_price ? money(line.list_price * line.quantity) : null,
      short: shortWords(line),
      deal: limitWords(line),
    })
    show(element.querySelector("img"), line.picture)
    element.querySelector("[data-less]").setAttribute("aria-label", `One ${line.title} less`)
    const more = element.querySelector("[data-more]")
    more.setAttribute("aria-label", `One ${line.title} more`)
    more.disabled = line.quantity >= line.left
    return element
  }

  // Beyond what a deal allows each customer, none of them has its price.
  function limitWords({ item, quantity, deal_ends_at: endsAt }) {
    const deal = goods.deals().find((each) => each.item === item)
    if (endsAt || !deal?.limit_each || quantity <= deal.limit_each) return null
    return `Flash deal: ${deal.limit_each} per customer`
  }

  function draw(quote) {
    const isEmpty = !quote.lines.length
    list.replaceChildren(...quote.lines.map(row))
    step.querySelector("[data-empty]").hidden = !isEmpty
    step.querySelector("[data-filled]").hidden = isEmpty
    drawTotals(step, quote, money)
    followDeals(quote.lines.filter((line) => line.deal_ends_at))
  }

  // A deal's price goes when its time is over: the bag says until when, and then looks again.
  function followDeals(lines) {
    stopClock()
    if (!lines.length) return
    const first = Math.min(...lines.map((line) => Date.parse(line.deal_ends_at)))
    const stopCount = countdown(
      first,
      () => {
        for (const { variant, deal_ends_at: end } of lines) {
          const rest = (Date.parse(end) - clock.now()) / 1000
          const left = rest > 0 ? `ends in ${span(Math.ceil(rest))}` : "ended"
          const deal = `Flash deal, ${left}`
          const element = list.querySelector(`[data-variant="${variant}"]`)
          if (element) fill(element, { deal })
        }
      },
      clock.now,
    )
    const timer = setTimeout(bag.load, Math.max(0, first - clock.now()) + GRACE)
    stopClock = () => {
      stopCount()
      clearTimeout(timer)
    }
  }

  list.addEventListener("click", async (event) => {
    const variant = Number(event.target.closest("[data-variant]")?.dataset.variant)
    const isMore = Boolean(event.target.closest("[data-more]"))
    if (!isMore && !event.target.closest("[data-less]")) return
    const line = bag.quote().lines.find((each) => each.variant === variant)
    const units = Math.min(line.quantity + (isMore ? 1 : -1), Math.max(line.left, 0))
    tell((await bag.have(variant, units, line.item)).words)
  })
  button.addEventListener("click", () => {
    tell("")
    checkout()
  })
  makeCoupon(step.querySelector("[data-coupon]"), { bag })
  bag.watch(draw)
  draw(bag.quote())

  return { tell }
}

function shortWords({ left, quantity }) {
  if (left >= quantity) return null
  return left > 0 ? `Only ${left} left` : "Sold out"
}
