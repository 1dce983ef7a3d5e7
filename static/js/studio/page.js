// What the parts of the studio share: the page, its facts, its notice, its one question.
import { ask } from "api"

export const page = document.querySelector("[data-studio]")
export const facts = JSON.parse(document.getElementById("facts").textContent)
export const find = (selector, root = page) => root.querySelector(selector)
const dialog = document.querySelector("[data-ask]")

export function notify(text) {
  find("[data-notice]").textContent = text
  find("[data-notice]").hidden = !text
}

export function health(name, text, state = "") {
  const value = find(`[data-health-of="${name}"]`)
  value.textContent = text
  value.dataset.state = state
}

// A change of this show; whether it is so now.
export async function change(path) {
  notify("")
  const { data, refusal } = await ask("POST", `shows/${facts.slug}/${path}`)
  if (data || refusal?.code === "stale_state") return true // it is so already, from elsewhere
  notify(refusal?.detail ?? "The server did not understand. Please reload the page.")
  return false
}

export function confirmed({ title, text, yes, isGrave = false }) {
  find("[data-ask-title]", dialog).textContent = title
  find("[data-ask-text]", dialog).textContent = text
  const button = find("[data-ask-yes]", dialog)
  button.textContent = yes
  button.classList.toggle("act--danger", isGrave)
  button.classList.toggle("act--primary", !isGrave)
  dialog.returnValue = "no"
  dialog.showModal()
  return new Promise((done) => {
    const answer = () => done(dialog.returnValue === "yes")
    dialog.addEventListener("close", answer, { once: true })
  })
}
