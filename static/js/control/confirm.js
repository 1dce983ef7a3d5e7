// The dialog that asks before something that is not taken back.
import { find } from "control/page"

const dialog = document.querySelector("[data-ask]")
const tick = find("[data-ask-tick]", dialog)

// Whether they are sure, and whether they ticked what `tick` offers.
export function confirmed({ title, text, yes, tick: offer = "" }) {
  find("[data-ask-title]", dialog).textContent = title
  find("[data-ask-text]", dialog).textContent = text
  find("[data-ask-yes]", dialog).textContent = yes
  find("span", tick).textContent = offer
  find("input", tick).checked = false
  tick.hidden = !offer
  dialog.returnValue = "no"
  dialog.showModal()
  return new Promise((done) => {
    const answer = () =>
      done({ isSure: dialog.returnValue === "yes", isTicked: find("input", tick).checked })
    dialog.addEventListener("close", answer, { once: true })
  })
}
