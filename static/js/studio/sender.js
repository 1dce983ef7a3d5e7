// Who sends the show's picture when this camera does not, as the server sees it.
import { facts, find, page } from "studio/page"
import { senderWords } from "studio/words"

const EVERY = 4000 // ms

async function read() {
  try {
    const answer = await fetch(page.dataset.state)
    return answer.ok ? await answer.json() : null
  } catch {
    return null // the next time, perhaps
  }
}

// heard(sending) every now and then, while isOff(); sending is null when nobody sends.
export function watchSender(isOff, heard) {
  async function look() {
    if (document.visibilityState === "visible" && isOff()) {
      const state = await read()
      if (state && isOff()) {
        facts.status = state.status
        const text = state.sending ? senderWords(state.sending) : ""
        for (const place of page.querySelectorAll("[data-sender]")) {
          place.textContent = text
          place.hidden = !text
        }
        find("[data-obs-nobody]").textContent = "Nobody is sending yet."
        find("[data-obs-nobody]").hidden = Boolean(text)
        heard(state.sending)
      }
    }
    setTimeout(look, EVERY)
  }

  look()
}

export function forgetSender() {
  for (const place of page.querySelectorAll("[data-sender]")) place.hidden = true
  find("[data-obs-nobody]").textContent = "This camera is sending."
  find("[data-obs-nobody]").hidden = false
}
