// Paying for one order: the card, the time the units are held, the wait for the bank, the thanks.
import { ask } from "api"
import { clock } from "clock"
import { countdown } from "countdown"
import { clone, fill } from "fill"
import { opened } from "shop/opening"
import { drawTotals } from "shop/totals"

const DONE = ["authorized", "paid"]
const OVER = ["expired", "cancelled"]
const LOOKS = [700, 1000, 1500, 2000, 3000] // ms between two looks at the order; the last repeats
const MAX_LOOKS = 30

// `words(amount)` makes money text; changed(order) hears every order that was fetched.
export function makePayment(panel, { words, changed = () => {} }) {
  const [paying, done, over] = ["paying", "done", "over"].map((name) =>
    panel.querySelector(`[data-part="${name}"]`),
  )
  const holder = panel.querySelector("[data-card]")
  const trouble = panel.querySelector("[data-trouble]")
  const button = panel.querySelector("[data-pay]")
  const retry = panel.querySelector("[data-retry]")
  let order = null
  let form = null
  let stopClock = () => {}
  let run = 0 // raised by every open and close: what was under way before is over
  let isPaying = false

  const money = (amount) => words(amount, order.currency)

  function tell(text) {
    trouble.textContent = text
    if (text) trouble.scrollIntoView({ block: "nearest" })
  }

  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

  function reveal(part) {
    for (const each of [paying, done, over]) each.hidden = each !== part
  }

  async function open(fresh) {
    close()
    order = fresh
    changed(order)
    if (DONE.includes(order.status)) return thank()
    if (OVER.includes(order.status)) return giveUp()
    reveal(paying)
    tell("")
    drawOrder()
    stopClock = countdown(Date.parse(order.expires_at), drawHold, clock.now)
    await mount(run)
  }

  function drawOrder() {
    const rows = order.lines.map((line) =>
      fill(clone("pay-line"), {
        title: line.title,
        quantity: `${line.quantity} ×`,
        sum: money(line.total),
      }),
    )
    panel.querySelector("[data-lines]").replaceChildren(...rows)
    drawTotals(panel, order, money)
    fill(button, { pay: `Pay ${money(order.total)}` })
  }

  function drawHold({ hours, minutes, seconds, isOver }) {
    const shown = `${hours * 60 + minutes}:${String(seconds).padStart(2, "0")}`
    fill(panel, { hold: shown })
    if (!isOver || isPaying) return
    button.hidden = holder.hidden = true
    tell("The time to pay is over. The units go back on the shelf.")
    look(run)
  }

  async function mount(mine) {
    const { client_secret: clientSecret, publishable_key: publishableKey } = order.payment
    const { api_base: apiBase, is_stand_in: isStandIn } = order.payment
    const { customer_session: customerSession } = order.payment // good for one form only
    retry.hidden = Boolean(clientSecret)
    button.hidden = !clientSecret
    holder.hidden = false
    if (!clientSecret) return tell("The payment service cannot be reached. Your units stay held.")
    const { mountPayment } = await (isStandIn ? import("till") : import("stripe-element"))
    if (mine !== run) return
    form = mountPayment(holder, { clientSecret, publishableKey, apiBase, customerSession })
  }

  async function pay() {
    if (isPaying || !form) return
    const mine = run
    setPaying(true)
    tell("")
    const returnUrl = new URL(order.url, location.href).href
    const { status, error } = await form.confirm({ returnUrl })
    if (mine !== run) return
    if (error) {
      setPaying(false)
      tell(error.message)
      return
    }
    if (["requires_payment_method", "requires_confirmation"].includes(status)) {
      setPaying(false)
      return tell("The card was not charged. Please try again.")
    }
    await look(mine, { isCharged: true })
  }

  function setPaying(value) {
    isPaying = button.disabled = value
    panel.toggleAttribute("data-busy", value)
    fill(button, { pay: value ? "Paying…" : `Pay ${money(order.total)}` })
  }

  // The order is the truth: asks until it says how it ended.
  async function look(mine, { isCharged = false } = {}) {
    for (let tries = 0; tries < MAX_LOOKS; tries += 1) {
      const { data } = await ask("GET", `orders/${order.token}/`)
      if (mine !== run) return
      if (data) {
        order = data
        changed(order)
        if (DONE.includes(order.status)) return thank()
        if (OVER.includes(order.status)) return giveUp()
        if (isCharged && order.payment.status === "failed") break
      }
      await wait(LOOKS[Math.min(tries, LOOKS.length - 1)])
      if (mine !== run) return
    }
    if (!isCharged) return
    setPaying(false)
    tell(
      order.payment.refusal ||
        "We are still waiting for the bank. The order's own page tells how it ends.",
    )
  }

  function thank() {
    close()
    reveal(done)
    fill(done, { number: order.number, charged: chargeWords(order) })
    done.querySelector("[data-order-link]").href = order.url
    done.querySelector("[tabindex]").focus()
  }

  function chargeWords({ total, status, capture_at: captureAt }) {
    if (!total) return "There is nothing to pay."
    const until = Date.parse(captureAt)
    if (status === "paid" || !(until > clock.now())) return `Your card is charged ${money(total)}.`
    const time = new Date(until).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" })
    return `${money(total)} is taken at ${time}; until then you can cancel on the order's page.`
  }

  function giveUp() {
    close()
    reveal(over)
    fill(over, {
      why:
        order.status === "expired"
          ? "The time to pay is over, so the units went back on the shelf. You were not charged."
          : "This order was cancelled. You were not charged.",
    })
    over.querySelector("[tabindex]").focus()
  }

  function close() {
    run += 1
    stopClock()
    form?.destroy()
    form = null
    holder.replaceChildren()
    isPaying = button.disabled = false
    panel.removeAttribute("data-busy")
  }

  button.addEventListener("click", pay)
  retry.addEventListener("click", async () => {
    retry.disabled = true
    const fresh = await opened(order)
    retry.disabled = false
    open(fresh)
  })

  return { open, close, order: () => order }
}
