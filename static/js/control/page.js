// What the parts of the control room share: the page, its facts, its one notice.
import { ask } from "api"
import { money } from "money"

const language = document.documentElement.lang
export const page = document.querySelector("[data-control]")
export const facts = JSON.parse(document.getElementById("facts").textContent)
export const find = (selector, root = page) => root.querySelector(selector)
export const amount = (minor) => money(minor, facts.currency, language)

// The time of day; with the day when that is another.
export function hour(stamp) {
  const moment = new Date(stamp)
  const isToday = moment.toDateString() === new Date().toDateString()
  const day = isToday ? {} : { day: "numeric", month: "short" }
  return moment.toLocaleString(language, { ...day, hour: "numeric", minute: "2-digit" })
}

export function health(name, text, state = "") {
  const value = find(`[data-health-of="${name}"]`)
  value.textContent = text
  value.dataset.state = state
}

export function notify(text) {
  find("[data-notice]").textContent = text
  find("[data-notice]").hidden = !text
}

// A change of this show, at a path below it; its refusal is told, in the notice or by `tell`.
export async function change(method, path, body, tell = notify) {
  tell("")
  const { data, refusal, fields } = await ask(method, `shows/${facts.slug}/${path}`, body)
  if (!data) tell(refusal?.detail ?? firstWords(fields))
  return data ?? null
}

// {field: ["What is wrong."]}, however deep.
function firstWords(fields) {
  return typeof fields === "string" ? fields : firstWords(Object.values(fields)[0])
}
