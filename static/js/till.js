// The stand-in till's card form. It takes the place of Stripe's Payment Element where no real
// money moves; stripe-element.js exports the same function for where it does.
//
// What is typed here goes to the till only: the fields have no names, so that a form around them
// never sends a card number to the shop.

const NOTICE = "Test till: no real money moves"
const TEST_CARDS = [
  ["Card that works", "4242 4242 4242 4242"],
  ["Card that is refused", "4000 0000 0000 0002"],
  ["Card that asks for approval", "4000 0027 6000 3184"],
]
const PAID = ["requires_capture", "succeeded"]
const FIELD_OF = { number: "number", cvc: "code" }
const EXPIRY = /^(\d{1,2})\s*\/?\s*(\d{4}|\d{2})$/
const NO_ANSWER = { code: "network", message: "The till cannot be reached. Try again in a moment." }

let forms = 0

export function mountPayment(element, { clientSecret, publishableKey, apiBase }) {
  const form = cardForm()
  const intent = `/v1/payment_intents/${clientSecret.split("_secret_")[0]}`
  const call = (path, params) => ask(apiBase + path, publishableKey, params)
  element.append(form.root)

  async function confirm({ returnUrl = location.href } = {}) {
    form.clearErrors()
    try {
      return await pay(returnUrl)
    } catch {
      return lookAgain()
    }
  }

  async function pay(returnUrl) {
    const method = await call("/v1/payment_methods", form.card())
    if (method.error) {
      form.showError(method.error)
      return outcome(method)
    }
    const answer = await call(`${intent}/confirm`, {
      payment_method: method.id,
      client_secret: clientSecret,
      return_url: returnUrl,
    })
    if (answer.status !== "requires_action") return outcome(answer)
    const isApproved = await askForApproval(form.root)
    return outcome(
      await call(`${intent}/authenticate`, {
        client_secret: clientSecret,
        outcome: isApproved ? "succeed" : "fail",
      }),
    )
  }

  // The answer was lost, not always the payment: look before telling the shopper to try again.
  async function lookAgain() {
    try {
      const query = new URLSearchParams({ client_secret: clientSecret })
      const { status } = await call(`${intent}?${query}`)
      return { status: status ?? null, error: PAID.includes(status) ? null : NO_ANSWER }
    } catch {
      return { status: null, error: NO_ANSWER }
    }
  }

  return { confirm, destroy: () => form.root.remove() }
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
  const intent = answer.error ? answer.error.payment_intent : answer
  const error = answer.error ?? intent.last_payment_error
  const status = intent?.status ?? null
  // A browser may repeat a lost call by itself: "confirmed already" is good news.
  if (!error || PAID.includes(status)) return { status, error: null }
  return { status, error: { code: error.decline_code || error.code || "", message: error.message } }
}

function cardForm() {
  forms += 1
  const number = cardField("Card number", "cc-number", { size: 19 })
  const expiry = cardField("Expiry", "cc-exp", { size: 7, placeholder: "MM / YY" })
  const code = cardField("Security code", "cc-csc", { size: 4 })
  const fields = { number: number.input, expiry: expiry.input, code: code.input }

  function clearErrors() {
    for (const field of Object.values(fields)) field.removeAttribute("aria-invalid")
  }

  const examples = make("div", { className: "till-examples" })
  for (const [label, example] of TEST_CARDS) {
    const button = make("button", { type: "button", textContent: label })
    button.addEventListener("click", () => {
      clearErrors()
      fields.number.value = example
      fields.expiry.value = `12 / ${(new Date().getFullYear() + 3) % 100}`
      fields.code.value = "123"
    })
    examples.append(button)
  }

  const row = make("div", { className: "till-row" })
  row.append(expiry.root, code.root)
  const root = make("fieldset", { className: "till" })
  root.append(
    make("legend", { textContent: "Card" }),
    make("p", { className: "till-notice", textContent: NOTICE }),
    number.root,
    row,
    examples,
  )

  return {
    root,
    card() {
      const [, month, year] = EXPIRY.exec(fields.expiry.value.trim()) ?? []
      return {
        type: "card",
        "card[number]": fields.number.value.replaceAll(/[\s-]/g, "") || "0",
        "card[exp_month]": month ?? "0",
        "card[exp_year]": year ?? "0",
        "card[cvc]": fields.code.value.trim() || "0",
      }
    },
    // Marks the field; the words are the caller's to show.
    showError({ param }) {
      const field = fields[FIELD_OF[param] ?? "expiry"]
      field.setAttribute("aria-invalid", "true")
      field.focus()
    },
    clearErrors,
  }
}

function cardField(label, autocomplete, { size, placeholder = "" }) {
  const id = `till-${forms}-${autocomplete}`
  const root = make("div", { className: "till-field" })
  const input = make("input", {
    id,
    type: "text",
    inputMode: "numeric",
    autocomplete,
    placeholder,
    spellcheck: false,
  })
  // A few letters more than needed, so that a pasted number with odd spaces still fits.
  input.maxLength = size + 8
  root.append(make("label", { htmlFor: id, textContent: label }), input)
  return { root, input }
}

// The bank's question (3-D Secure). Resolves to true or false; Escape is a no.
function askForApproval(root) {
  const heading = make("h2", { id: `till-${forms}-approval`, textContent: "Approve this payment?" })
  const dialog = make("dialog", { className: "till-approval" })
  dialog.setAttribute("aria-labelledby", heading.id)
  const text = make("p", { textContent: "Your bank wants to know that it is you." })
  const notice = make("p", { className: "till-notice", textContent: NOTICE })
  const approve = make("button", { type: "button", textContent: "Approve" })
  const refuse = make("button", { type: "button", textContent: "Refuse" })
  approve.classList.add("till-approve")
  const row = make("div", { className: "till-row" })
  row.append(refuse, approve)
  dialog.append(heading, text, notice, row)
  // At the end of the page: a payment form in a dialog of its own may be hidden or transformed.
  document.body.append(dialog)

  return new Promise((resolve) => {
    approve.addEventListener("click", () => dialog.close("approve"))
    refuse.addEventListener("click", () => dialog.close("refuse"))
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "approve" && root.isConnected)
      dialog.remove()
    })
    dialog.showModal()
    approve.focus()
  })
}

function make(tag, properties) {
  return Object.assign(document.createElement(tag), properties)
}
