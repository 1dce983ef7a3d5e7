// An order is placed without a word to the provider; this opens its payment.
import { ask } from "api"

// The order, ready to be paid if the provider could be reached: else its client_secret is empty.
// Asked for each form anew: what shows her saved cards is good for one form only.
export async function opened(order) {
  if (order.status !== "pending") return order
  const { data, refusal } = await ask("POST", `orders/${order.token}/payment/`)
  if (data) return data
  if (refusal?.code === "payment_unavailable" || refusal?.isUnclear) return order
  // It may have ended meanwhile: the order itself tells.
  const { data: now } = await ask("GET", `orders/${order.token}/`)
  return now ?? order
}
