// The fields of a card. What is typed here goes to the till only: the fields have no names, so that
// a form around them never sends a card number to the shop.
import { freshId, make } from "till/make"

const TEST_CARDS = [
  ["Card that works", "4242 4242 4242 4242"],
  ["Card that is refused", "4000 0000 0000 0002"],
  ["Card that asks for approval", "4000 0027 6000 3184"],
]
const FIELD_OF = { number: "number", cvc: "code" }
const EXPIRY = /^(\d{1,2})\s*\/?\s*(\d{4}|\d{2})$/

export function cardForm() {
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
  const root = make("div", { className: "till-card" })
  root.append(number.root, row, examples)

  return {
    root,
    isEmpty: () => Object.values(fields).every((field) => !field.value),
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
  const id = freshId(autocomplete)
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
