// Asks the server; every refusal comes back in words.
import { clock } from "clock"

const UNREACHABLE = {
  code: "unreachable",
  detail: "The shop cannot be reached. Please try again in a moment.",
}

function cookie(name) {
  const entry = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`))
  return entry ? decodeURIComponent(entry.slice(name.length + 1)) : ""
}

// {data} when it was done, {refusal: {code, detail, …}} when not, {fields} when a form is wrong.
export async function ask(method, path, body) {
  const sentAt = Date.now()
  let answer
  let data
  try {
    answer = await fetch(`/api/v1/${path}`, {
      method,
      headers: { "X-CSRFToken": cookie("csrftoken"), "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    })
    clock.hear(answer.headers.get("Date"), sentAt)
    data = answer.status === 204 ? {} : await answer.json()
  } catch {
    return { refusal: { ...UNREACHABLE, isUnclear: true } }
  }
  const { ok, status } = answer
  if (ok) return { data }
  if (status === 400 && !data.code) return { fields: data }
  const detail = data.detail || `The shop refused (${status}).`
  const isUnclear = status >= 500 // it may have been done all the same
  return { refusal: { ...data, code: data.code || "refused", detail, status, isUnclear } }
}
