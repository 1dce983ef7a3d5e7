// The order's own page: pay for what is held; when it is decided, the server draws the receipt.
import { ask } from "api"
import { money } from "money"
import { opened } from "shop/opening"
import { makePayment } from "shop/payment"

const panel = document.querySelector("[data-pay-panel]")
const language = document.documentElement.lang || "en"
let wasPending = false

const payment = makePayment(panel, {
  words: (amount, currency) => money(amount, currency, language),
  changed: ({ status }) => {
    if (status === "pending") wasPending = true
    else if (wasPending) location.reload()
  },
})

// What the card said before this page was drawn is old news with the next try.
panel.addEventListener("click", (event) => {
  if (event.target.closest("[data-pay]")) document.querySelector("[data-earlier]")?.remove()
})

async function begin() {
  const { data } = await ask("GET", `orders/${panel.dataset.token}/`)
  if (data) payment.open(await opened(data))
  else setTimeout(begin, 3000)
}

begin()
