// To whom and where: sends the order, and tells every refusal where it can be mended.
import { ask } from "api"
import { freshKey } from "fresh-key"
import { drawTotals } from "shop/totals"

const NOT_THERE = "This shop does not deliver there. Please choose another country."

export function makeDetails(step, { shop, bag, money, placed, backToBag }) {
  const form = step.querySelector("form")
  const trouble = step.querySelector("[data-trouble]")
  const button = form.querySelector("button[type=submit]")
  const country = form.elements.country
  let key = freshKey() // names this submit: sent again it is the same order
  let isBusy = false
  let isKnown = false

  // Who is signed in and bought before need not type her address again.
  async function remember() {
    if (isKnown) return
    isKnown = true
    const { data } = await ask("GET", "address/")
    for (const [name, value] of Object.entries(data ?? {})) {
      const field = form.elements[name]
      if (field && (!field.value || field === country)) field.value = value
    }
  }

  async function enter() {
    await remember()
    await requote()
  }

  function tell(words) {
    trouble.textContent = words
    if (words) trouble.scrollIntoView({ block: "nearest" })
  }

  function clearErrors() {
    tell("")
    for (const field of form.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid")
      field.closest("[data-field]").querySelector("[data-error]").textContent = ""
    }
  }

  function showErrors(fields) {
    let first = null
    for (const [name, problems] of Object.entries(fields)) {
      const words = [problems].flat().join(" ")
      const field = form.elements[name]
      const place = field?.closest?.("[data-field]")?.querySelector("[data-error]")
      if (!place) {
        tell(words)
        continue
      }
      field.setAttribute("aria-invalid", "true")
      field.setAttribute("aria-describedby", place.id)
      place.textContent = words
      first ??= field
    }
    first?.focus()
  }

  // What it costs there, before anything is sent: delivery and tax follow the country.
  async function requote() {
    clearErrors()
    button.disabled = true
    const { words } = await bag.deliverTo(country.value)
    button.disabled = isBusy
    if (words) return tell(words)
    if (!bag.quote().is_delivered) showErrors({ country: NOT_THERE })
  }

  async function refused(refusal) {
    if (!refusal.isUnclear) key = freshKey()
    if (refusal.code === "price_changed") {
      await bag.load()
      tell(
        `The total changed from ${money(refusal.seen)} to ${money(refusal.total)}. ` +
          "Please look again; nothing was ordered.",
      )
    } else if (refusal.code === "deal_ended" || refusal.code === "coupon_refused") {
      await bag.load()
      backToBag(`${refusal.detail} Nothing was ordered.`)
    } else if (refusal.code === "out_of_stock") {
      await bag.load()
      backToBag(shortWords(refusal.left))
    } else if (refusal.code === "empty_bag") {
      await bag.load()
      backToBag(refusal.detail)
    } else {
      showErrors({ [refusal.field ?? ""]: refusal.detail })
    }
  }

  function shortWords(left = {}) {
    const names = Object.entries(left).map(([variant, units]) => {
      const line = bag.quote().lines.find((each) => each.variant === Number(variant))
      const name = [line?.title, line?.variant_title].filter(Boolean).join(" · ") || "One thing"
      return units > 0 ? `Only ${units} of ${name} left.` : `${name} is sold out.`
    })
    return `Somebody was faster. ${names.join(" ")} Nothing was ordered.`
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    if (isBusy) return
    clearErrors()
    isBusy = button.disabled = true
    const { csrfmiddlewaretoken, ...typed } = Object.fromEntries(new FormData(form))
    const { data, refusal, fields } = await ask("POST", "orders/", {
      ...typed,
      shop,
      key,
      seen: bag.quote().total,
    })
    if (data) {
      key = freshKey()
      await placed(data)
    }
    isBusy = button.disabled = false
    if (data) return
    if (fields) {
      key = freshKey()
      showErrors(fields)
    } else {
      await refused(refusal)
    }
  })
  country.addEventListener("change", requote)
  bag.watch((quote) => drawTotals(step, quote, money))

  return { enter }
}
