// Items, delivery, total: what is paid, always shown before the last tap.
import { fill } from "fill"

export function drawTotals(root, sums, money) {
  fill(root, {
    items: money(sums.items_total),
    shipping: sums.shipping ? money(sums.shipping) : "Free",
    total: money(sums.total),
  })
}
