// The stand-in till's payment form. It takes the place of Stripe's Payment Element where no real
// money moves; stripe-element.js exports the same functions for where it does.
import { askForApproval } from "till/approval"
import { tillForm } from "till/form"
import { asksOf, nextStep } from "till/ways"

const NOTICE = "Test till: no real money moves"
const PAID = ["requires_capture", "succeeded"]
const NO_ANSWER = { code: "network", message: "The till cannot be reached. Try again in a moment." }
const CAME_BACK = { code: "left", message: "You came back without approving. Nothing was charged." }

// A form that pays: confirm() → {status, error: {code, message} or null}.
export const mountPayment = (element, options) => mount(element, "payment_intents", options)

// The same for a card that is only kept: nothing is paid.
export const mountSetup = (element, options) => mount(element, "setup_intents", options)

function mount(element, kind, { clientSecret, publishableKey, apiBase, customerSession = "" }) {
  const intent = `/v1/${kind}/${clientSecret.split("_secret_")[0]}`
  const secret = { client_secret: clientSecret }
  const call = (path, params) => ask(apiBase + path, publishableKey, params)
  const look = () => call(`${intent}?${new URLSearchParams(secret)}`)
  const form = tillForm({ notice: NOTICE, canKeep: Boolean(customerSession) })
  const ready = kind === "payment_intents" ? offer().catch(() => {}) : null
  element.append(form.root)

  async function offer() {
    const query = new URLSearchParams({ client_secret: customerSession })
    const [{ payment_method_types: types }, saved] = await Promise.all([
      look(),
      customerSession ? call(`/v1/customer_sessions/payment_methods?${query}`) : {},
    ])
    form.offer({ types, cards: saved.data })
  }

  async function confirm({ returnUrl = location.href } = {}) {
    form.clearErrors()
    await ready
    try {
      return await pay(returnUrl)
    } catch {
      return lookAgain(NO_ANSWER)
    }
  }

  async function pay(returnUrl) {
    const { method, confirm } = asksOf(form.way(), { card: form.card(), isKept: form.isKept() })
    const made = method && (await call("/v1/payment_methods", method))
    if (made?.error) {
      form.showError(made.error)
      return outcome(made)
    }
    const answer = await call(`${intent}/confirm`, {
      ...(made && { payment_method: made.id }),
      ...confirm,
      ...secret,
      return_url: returnUrl,
    })
    const { step, url } = nextStep(answer)
    if (step === "over") return outcome(answer)
    if (step === "leave") {
      await leave(url)
      return lookAgain(CAME_BACK)
    }
    const isApproved = await askForApproval(form.root, NOTICE)
    return outcome(
      await call(`${intent}/authenticate`, { ...secret, outcome: isApproved ? "succeed" : "fail" }),
    )
  }

  // The answer was lost, not always the payment: look before telling the shopper to try again.
  async function lookAgain(error) {
    try {
      const { status } = await look()
      return { status: status ?? null, error: PAID.includes(status) ? null : error }
    } catch {
      return { status: null, error }
    }
  }

  return { confirm, destroy: () => form.root.remove() }
}

// Resolves only if the shopper comes back by her browser's own button, and finds the page as it was.
function leave(url) {
  location.assign(url)
  return new Promise((resolve) => addEventListener("pageshow", resolve, { once: true }))
}

async function ask(url, key, params) {
  const answer = await fetch(url, {
    method: params ? "POST" : "GET",
    headers: { Authorization: `Bearer ${key}` },
    body: params && new URLSearchParams(params),
  })
  if (answer.status >= 500) throw new Error("The till broke down.")
  return answer.json()
}

function outcome(answer) {
  const { payment_intent: payment, setup_intent: setup } = answer.error ?? {}
  const intent = answer.error ? (payment ?? setup) : answer
  const error = answer.error ?? intent.last_payment_error ?? intent.last_setup_error
  const status = intent?.status ?? null
  // A browser may repeat a lost call by itself: "confirmed already" is good news.
  if (!error || PAID.includes(status)) return { status, error: null }
  return { status, error: { code: error.decline_code || error.code || "", message: error.message } }
}
