// What the visitor is about to buy. The server keeps it and says what it costs.
import { ask } from "api"

const NOTHING = { lines: [], items_total: 0, discount: 0, shipping: 0, tax: 0, total: 0 }

export function makeBag(shop) {
  const watchers = []
  const address = (tail = "") => {
    const query = country ? `?country=${encodeURIComponent(country)}` : ""
    return `bags/${shop}/${tail}${query}`
  }
  let quote = NOTHING
  let country = null // where it is delivered to; none: where the shop is at home
  let asked = 0 // an answer that a later one overtook is old news

  function keep(fresh) {
    quote = fresh?.lines ? fresh : NOTHING
    watchers.forEach((watcher) => watcher(quote))
  }

  const quantity = (variant) => quote.lines.find((line) => line.variant === variant)?.quantity ?? 0

  // {words} tells why not, if it was not done.
  async function change(method, tail, body) {
    const mine = (asked += 1)
    const { data, refusal, fields } = await ask(method, address(tail), body)
    if (data && mine === asked) keep(data)
    return { words: refusal?.detail ?? (fields && Object.values(fields).flat().join(" ")) }
  }

  return {
    load: () => change("GET"),
    // Have so many units of a variant.
    have: (variant, units, item = null) =>
      units
        ? change("PUT", `lines/${variant}/`, { quantity: units, item })
        : change("DELETE", `lines/${variant}/`),
    // Put a code on the bag, in the place of another; an empty one takes it off.
    claim: (code) => (code ? change("PUT", "coupon/", { code }) : change("DELETE", "coupon/")),
    // What it costs there: the total that is shown is the total that is charged.
    async deliverTo(code) {
      country = code || null
      return change("GET")
    },
    quantity,
    quote: () => quote,
    units: () => quote.lines.reduce((sum, line) => sum + line.quantity, 0),
    watch: (watcher) => watchers.push(watcher),
  }
}
