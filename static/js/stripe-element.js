// Stripe's own Payment Element behind the same function as till.js, so that a page takes either.

const SCRIPT = "https://js.stripe.com/v3/"
const NO_ANSWER = {
  code: "network",
  message: "The payment form cannot be loaded. Try again in a moment.",
}

let loading = null

export function mountPayment(element, { clientSecret, publishableKey }) {
  let isGone = false
  const mounted = load().then((Stripe) => {
    if (isGone) throw new Error("The form is gone.")
    const stripe = Stripe(publishableKey)
    const elements = stripe.elements({ clientSecret })
    const payment = elements.create("payment")
    payment.mount(element)
    return { stripe, elements, payment }
  })
  mounted.catch(() => {}) // told by confirm()

  async function confirm({ returnUrl = location.href } = {}) {
    try {
      const { stripe, elements } = await mounted
      const { error, paymentIntent } = await stripe.confirmPayment({
        elements,
        confirmParams: { return_url: returnUrl },
        redirect: "if_required",
      })
      const intent = paymentIntent ?? error?.payment_intent
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
