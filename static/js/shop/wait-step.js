// "Wait for it" as a step of the sheet, and the word over the picture when it is one's turn.
import { fill } from "fill"
import { makePlaces } from "shop/places"

const clockTime = (moment) =>
  new Date(moment).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" })

export function makeWaiting({ shop, sheet, step, notice, bag, toBag, tell }) {
  const [asking, standing] = ["ask", "place"].map((part) =>
    step.querySelector(`[data-part="${part}"]`),
  )
  const button = asking.querySelector("button")
  const places = makePlaces({ shop, changed: follow })
  let wanted = null // {item, variant} that the step is about

  const name = () =>
    [wanted.item.title, wanted.variant.title].filter(Boolean).join(" · ")

  function open(what) {
    wanted = what
    showErrors({})
    draw()
    sheet.next("wait")
  }

  function draw() {
    const place = wanted && places.of(wanted.variant.id)
    asking.hidden = Boolean(place)
    standing.hidden = !place
    if (wanted) fill(asking, { what: name() })
    if (!place) return
    const isCalled = place.status === "called"
    fill(standing, {
      stand: isCalled
        ? `It is yours until ${clockTime(place.called_until)}`
        : `You are number ${place.ahead + 1} in line`,
      how: isCalled
        ? `${place.title} is in your bag and held for you.`
        : `${place.quantity} × ${place.title}. We write to you when it is yours. Do keep watching.`,
    })
    standing.querySelector("[data-to-bag]").hidden = !isCalled
  }

  function drawNotice() {
    const place = places.called()
    const words = place && `${place.title} is yours until ${clockTime(place.called_until)}`
    fill(notice, { called: words })
    notice.firstElementChild.hidden = !place
  }

  // Called: the server has put it into the bag.
  function follow(place, before) {
    draw()
    drawNotice()
    if (place.status === "called" && before?.status !== "called") bag.load()
    if (place.status !== "lapsed") return
    bag.load()
    tell(`The time for ${place.title} is over. The next in line has it.`)
  }

  function showErrors(fields, words = "") {
    for (const field of [asking.elements.quantity, asking.elements.email]) {
      const problem = [fields[field.name] ?? ""].flat().join(" ")
      field.toggleAttribute("aria-invalid", Boolean(problem))
      field.closest("[data-field]").querySelector("[data-error]").textContent = problem
    }
    asking.querySelector("[data-trouble]").textContent = words
    asking.querySelector("[aria-invalid]")?.focus()
  }

  asking.addEventListener("submit", async (event) => {
    event.preventDefault()
    if (button.disabled) return
    const { quantity, email } = asking.elements
    if (!email.validity.valid || !email.value) {
      return showErrors({ email: "Where do we write to? Please give an email address." })
    }
    if (!quantity.validity.valid || !quantity.value) {
      return showErrors({ quantity: "Between 1 and 20." })
    }
    button.disabled = true
    const { place, words, field, fields } = await places.join({
      variant: wanted.variant.id,
      item: wanted.item.item,
      quantity: Number(quantity.value),
      email: email.value,
    })
    button.disabled = false
    if (place) {
      showErrors({})
      draw()
      return
    }
    const isField = field && field in { quantity, email }
    showErrors(fields ?? (isField ? { [field]: words } : {}), isField ? "" : words)
  })

  standing.querySelector("[data-leave]").addEventListener("click", async () => {
    const place = places.of(wanted.variant.id)
    const { words } = place ? await places.leave(place.token) : {}
    standing.querySelector("[data-trouble]").textContent = words ?? ""
    draw()
  })
  for (const root of [standing, notice]) {
    root.querySelector("[data-to-bag]").addEventListener("click", toBag)
  }

  // What was called may be bought by now.
  step.closest("dialog").addEventListener("close", () => places.called() && places.look())

  return { open, start: places.start }
}
