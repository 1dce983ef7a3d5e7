// What the parts of the control room share: the page, its facts, its one notice.
import { ask } from "api"
import { money } from "money"

export const page = document.querySelector("[data-control]")
export const facts = JSON.parse(document.getElementById("facts").textContent)
export const find = (selector, root = page) => root.querySelector(selector)
export const amount = (minor) => money(minor, facts.currency, document.documentElement.lang)

export function health(name, text, state = "") {
  const value = find(`[data-health-of="${name}"]`)
  value.textContent = text
  value.dataset.state = state
}

function notify(text) {
  find("[data-notice]").textContent = text
  find("[data-notice]").hidden = !text
}

// A change; its refusal is shown.
export async function change(method, path, body) {
  notify("")
  const { data, refusal } = await ask(method, path, body)
  if (!data) notify(refusal?.detail ?? "The server did not understand. Please reload the page.")
  return data ?? null
}
