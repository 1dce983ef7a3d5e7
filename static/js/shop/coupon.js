// The field for a code, in the bag: put on, taken off, and why not.
import { fill } from "fill"

export function makeCoupon(form, { bag }) {
  const field = form.elements.code[0] ?? form.elements.code
  const asking = form.querySelector("[data-ask]")
  const there = form.querySelector("[data-there]")
  const error = form.querySelector("[data-error]")
  let isBusy = false

  function tell(words = "") {
    error.textContent = words
    if (words) field.setAttribute("aria-invalid", "true")
    else field.removeAttribute("aria-invalid")
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    const isOff = event.submitter?.matches("[data-take-off]")
    const code = isOff ? "" : field.value.trim()
    if (isBusy) return
    if (!isOff && !code) {
      tell("Please type a code.")
      return field.focus()
    }
    isBusy = true
    const { words } = await bag.claim(code)
    isBusy = false
    tell(words)
    if (words) return field.focus()
    field.value = ""
    asking.open = false
    const next = isOff ? asking.querySelector("summary") : there.querySelector("button")
    next.focus()
  })

  function draw({ coupon = null, discount }) {
    asking.hidden = coupon !== null
    there.hidden = coupon === null
    fill(form, { coupon })
    form.querySelector("[data-slot='idle']").hidden = !coupon || discount > 0
    if (coupon) tell()
  }
  bag.watch(draw)
  draw(bag.quote())
}
