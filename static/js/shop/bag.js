// What the visitor is about to buy. The server keeps it and says what it costs.
import { ask } from "api"

const NOTHING = { lines: [], items_total: 0, shipping: 0, total: 0 }

export function makeBag(shop) {
  const watchers = []
  let quote = NOTHING

  function keep(fresh) {
    quote = fresh?.lines ? fresh : NOTHING
    watchers.forEach((watcher) => watcher(quote))
  }

  const quantity = (variant) => quote.lines.find((line) => line.variant === variant)?.quantity ?? 0

  async function load() {
    const { data } = await ask("GET", `bags/${shop}/`)
    if (data) keep(data)
  }

  // Have so many units of a variant; {words} tells why not.
  async function have(variant, units, item = null) {
    const path = `bags/${shop}/lines/${variant}/`
    const { data, refusal, fields } = await ask("PUT", path, { quantity: units, item })
    if (data) keep(data)
    return { words: refusal?.detail ?? (fields && Object.values(fields).flat().join(" ")) }
  }

  return {
    load,
    have,
    quantity,
    quote: () => quote,
    units: () => quote.lines.reduce((sum, line) => sum + line.quantity, 0),
    watch: (watcher) => watchers.push(watcher),
  }
}
