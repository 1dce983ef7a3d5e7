// Places in the line for what is sold out. The server calls; this page asks now and then.
import { ask as askServer } from "api"

const [PAUSE, SPREAD] = [10_000, 5000] // ms between two looks at a place
const OPEN = ["waiting", "called"]

// changed(place, before) hears every place that is not as it was: {token, variant, status, ahead,
// quantity, called_until, title}. `memory` keeps what a reload must not forget.
export function makePlaces({
  shop,
  changed,
  memory = sessionMemory(`places-${shop}`),
  ask = askServer,
  later = setTimeout,
  random = Math.random,
}) {
  const places = new Map() // token → place
  let timer = null

  const open = () => [...places.values()].filter(({ status }) => OPEN.includes(status))

  function keep(place) {
    const before = places.get(place.token) ?? null
    const now = { ...before, ...place }
    if (OPEN.includes(now.status)) places.set(now.token, now)
    else places.delete(now.token)
    remember()
    const isOther = (key) => before?.[key] !== now[key]
    if (["status", "ahead", "called_until"].some(isOther)) changed(now, before?.status ? before : null)
    wait()
  }

  function forget(token) {
    places.delete(token)
    remember()
  }

  const remember = () =>
    memory.write([...places.values()].map(({ token, variant }) => ({ token, variant })))

  function wait() {
    if (timer !== null || !places.size) return
    timer = later(async () => {
      await look()
      timer = null
      wait()
    }, PAUSE + SPREAD * random())
  }

  async function look() {
    for (const { token } of [...places.values()]) {
      const { data, refusal } = await ask("GET", `waiting/${token}/`)
      if (data) keep(data)
      else if (refusal?.status === 404) forget(token)
    }
  }

  return {
    // Those of this tab, after a reload.
    async start() {
      for (const { token, variant } of memory.read()) places.set(token, { token, variant })
      await look()
      wait()
    },
    look,
    open,
    of: (variant) => open().find((place) => place.variant === variant) ?? null,
    called: () => open().find(({ status }) => status === "called") ?? null,
    // {place}, or {words} or {fields} that tell why not.
    async join({ variant, item = null, quantity, email }) {
      const wanted = { shop, variant, item, quantity, email }
      const { data, refusal, fields } = await ask("POST", "waiting/", wanted)
      if (!data) return { words: refusal?.detail, field: refusal?.field, fields }
      keep({ ...data, variant })
      return { place: places.get(data.token) ?? data }
    },
    async leave(token) {
      const { data, refusal } = await ask("DELETE", `waiting/${token}/`)
      if (data) keep({ ...places.get(token), ...data, token, status: "left" })
      return { words: refusal?.detail }
    },
  }
}

function sessionMemory(name) {
  return {
    read() {
      try {
        return JSON.parse(sessionStorage.getItem(name)) ?? []
      } catch {
        return []
      }
    },
    write(entries) {
      try {
        if (entries.length) sessionStorage.setItem(name, JSON.stringify(entries))
        else sessionStorage.removeItem(name)
      } catch {
        // Storage is closed to us: the places are known until the page goes.
      }
    },
  }
}
