// The bag as a step of the sheet.
import { clone, fill, show } from "fill"
import { drawTotals } from "shop/totals"

export function makeBagStep(step, { bag, money, checkout }) {
  const list = step.querySelector("[data-lines]")
  const trouble = step.querySelector("[data-trouble]")
  const button = step.querySelector("[data-checkout]")
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
      short: line.left < line.quantity ? `Only ${line.left} left` : null,
    })
    show(element.querySelector("img"), line.picture)
    element.querySelector("[data-less]").setAttribute("aria-label", `One ${line.title} less`)
    const more = element.querySelector("[data-more]")
    more.setAttribute("aria-label", `One ${line.title} more`)
    more.disabled = line.quantity >= line.left
    return element
  }

  function draw(quote) {
    const isEmpty = !quote.lines.length
    list.replaceChildren(...quote.lines.map(row))
    step.querySelector("[data-empty]").hidden = !isEmpty
    step.querySelector("[data-filled]").hidden = isEmpty
    drawTotals(step, quote, money)
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
  bag.watch(draw)
  draw(bag.quote())

  return { tell }
}
