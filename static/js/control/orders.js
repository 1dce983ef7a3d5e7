// Orders as they come in. The list and the sums are always the database's own.
import { ask } from "api"
import { amount, facts, find } from "control/page"
import { count } from "control/views"
import { clone, fill } from "fill"

const WORDS = { pending: "waiting", authorized: "authorised" }
let isLoading = false
let isStale = false

export async function loadOrders() {
  isStale = true
  if (isLoading) return
  isLoading = true
  while (isStale) {
    isStale = false
    const path = `shops/${facts.shop}/orders/?show=${encodeURIComponent(facts.slug)}`
    const { data } = await ask("GET", path)
    if (data) drawOrders(data)
    await new Promise((done) => setTimeout(done, 1000)) // at most once a second
  }
  isLoading = false
}

function drawOrders({ results, totals }) {
  find("[data-orders]").replaceChildren(
    ...results.map((order) => {
      const row = clone("order")
      const lines = order.lines.map(({ title, quantity }) => `${quantity} × ${title}`).join(", ")
      const status = WORDS[order.status] || order.status
      fill(row, { name: `${order.number} ${order.name}`, lines, status, total: amount(order.total) })
      find('[data-slot="status"]', row).dataset.state = order.status
      return row
    }),
  )
  find("[data-no-orders]").hidden = results.length > 0
  find('[data-sum="orders"]').textContent = totals.orders
  find('[data-sum="units"]').textContent = totals.units
  find('[data-sum="amount"]').textContent = amount(totals.amount)
}

function hearOrder() {
  count("orders")
  loadOrders()
}

export const orderHandlers = {
  "room.snapshot": loadOrders,
  "order.authorized": hearOrder,
  "order.paid": loadOrders,
  "order.expired": loadOrders,
  "order.cancelled": loadOrders,
}
