// The coupon in the player: choosing one of the shop's, seeing which is shown, taking it down.
import { change, find, page } from "control/page"
import { clone, fill } from "fill"

const bar = find("[data-offer]")
const dialog = document.querySelector("[data-offer-dialog]") // who does not host has none
let offer = null

function draw(next) {
  offer = next
  fill(bar, { code: offer?.code ?? null, label: offer?.label ?? null })
  bar.toggleAttribute("data-shown", Boolean(offer))
  find("[data-offered]", bar).hidden = !offer
  if (!dialog) return (bar.hidden = !offer)
  find("[data-offer-act]", bar).textContent = offer ? "Take down" : "Offer a coupon"
}

export const offerHandlers = {
  "room.snapshot": ({ offer: current = null }) => draw(current),
  "offer.opened": ({ data }) => draw(data),
  "offer.closed": ({ data }) => offer?.offer === data.offer && draw(null),
  "show.ended": () => draw(null),
}

const tell = (words) => (find("[data-offer-trouble]", dialog).textContent = words)

async function read() {
  try {
    const answer = await fetch(page.dataset.coupons)
    return answer.ok ? (await answer.json()).coupons : null
  } catch {
    return null
  }
}

async function choose() {
  const list = find("[data-coupons]", dialog)
  tell("")
  list.replaceChildren()
  find("[data-no-coupons]", dialog).hidden = true
  dialog.showModal()
  const coupons = await read()
  if (!coupons) return tell("The coupons cannot be read. Please try again in a moment.")
  find("[data-no-coupons]", dialog).hidden = coupons.length > 0
  list.replaceChildren(...coupons.map(({ code, label }) => fill(clone("coupon"), { code, label })))
  find("button", list)?.focus()
}

find("[data-offer-act]", bar)?.addEventListener("click", () => {
  if (offer) change("DELETE", "offer/")
  else choose()
})

dialog?.addEventListener("click", async ({ target }) => {
  if (target.closest("[data-close]")) return dialog.close()
  const button = target.closest("[data-coupon]")
  if (!button) return
  button.disabled = true
  const { textContent: code } = find('[data-slot="code"]', button)
  if (await change("POST", "offer/", { code }, tell)) dialog.close()
  button.disabled = false
})
