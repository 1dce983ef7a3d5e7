// Orders as they come in. The list and the sums are always the database's own.
import { ask } from "api"
import { amount, facts, find } from "control/page"
import { rereader } from "control/reread"
import { count } from "control/views"
import { clone, fill } from "fill"

const WORDS = { pending: "waiting", authorized: "authorised" }

export const loadOrders = rereader(async () => {
  const path = `shops/${facts.shop}/orders/?show=${encodeURIComponent(facts.slug)}`
  const { data } = await ask("GET", path)
  if (data) drawOrders(data)
})

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

// Who does not host is told nothing of orders.
export const orderHandlers = facts.may_host
  ? {
      "room.snapshot": loadOrders,
      "line.back": loadOrders,
      "order.authorized": hearOrder,
      "order.paid": loadOrders,
      "order.expired": loadOrders,
      "order.cancelled": loadOrders,
      "order.refunded": loadOrders,
      "order.kept": loadOrders,
    }
  : {}
