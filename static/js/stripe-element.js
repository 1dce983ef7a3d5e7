// Stripe's own Payment Element behind the same functions as till.js, so that a page takes either.

const SCRIPT = "https://js.stripe.com/v3/"
const NO_ANSWER = {
  code: "network",
  message: "The payment form cannot be loaded. Try again in a moment.",
}

let loading = null

// Leaves for a bank's or Klarna's page where it has to; the way back is `returnUrl`.
export const mountPayment = (element, options) => mount(element, "confirmPayment", options)

// The same for a card that is only kept: nothing is paid.
export const mountSetup = (element, options) => mount(element, "confirmSetup", options)

function mount(element, verb, { clientSecret, publishableKey, customerSession = "" }) {
  let isGone = false
  const mounted = load().then((Stripe) => {
    if (isGone) throw new Error("The form is gone.")
    const stripe = Stripe(publishableKey)
    const elements = stripe.elements({
      clientSecret,
      ...(customerSession && { customerSessionClientSecret: customerSession }),
    })
    const payment = elements.create("payment")
    payment.mount(element)
    return { stripe, elements, payment }
  })
  mounted.catch(() => {}) // told by confirm()

  async function confirm({ returnUrl = location.href } = {}) {
    try {
      const { stripe, elements } = await mounted
      const { error, paymentIntent, setupIntent } = await stripe[verb]({
        elements,
        confirmParams: { return_url: returnUrl },
        redirect: "if_required",
      })
      const intent = paymentIntent ?? setupIntent ?? error?.payment_intent ?? error?.setup_intent
      return { status: intent?.status ?? null, error: error ? told(error) : null }
    } catch {
      return { status: null, error: NO_ANSWER }
    }
  }

  function destroy() {
    isGone = true
    mounted.then(({ payment }) => payment.destroy(), () => {})
  }

  return { confirm, destroy }
}

function told({ code, decline_code, message }) {
  return { code: decline_code || code || "", message: message || NO_ANSWER.message }
}

// Stripe allows its script from its own address only; one tag serves every form of the page.
function load() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = SCRIPT
    script.addEventListener("load", () => resolve(window.Stripe))
    script.addEventListener("error", () => {
      loading = null // the next form tries again
      script.remove()
      reject(new Error("Stripe's script did not load."))
    })
    document.head.append(script)
  })
  return loading
}
