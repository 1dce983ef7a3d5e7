// Times as the viewer's own clock tells them. <time data-local> becomes local (data-local="day":
// without the hour, "hour": without the day); <time data-countdown> counts down, by the server's
// clock if data-now tells it, and at zero shows the element whose id is in data-then.

const DAY = 24 * 3600 * 1000
const written = document.documentElement.lang || "en"
const language = navigator.languages.find((each) => each.startsWith(written)) ?? written

export function localise(root) {
  for (const element of root.querySelectorAll("time[data-local]")) {
    const moment = new Date(element.dateTime)
    element.title = moment.toLocaleString(language, { dateStyle: "full", timeStyle: "short" })
    const part = { day: dayOf, hour: hourOf }[element.dataset.local]
    const words = part ? part(moment) : `${dayOf(moment)}, ${hourOf(moment)}`
    const isWithin = Boolean(element.previousSibling?.textContent.trim()) // of a sentence
    element.textContent = isWithin ? words : capital(words)
  }
}

export function countDown(root) {
  const clocks = [...root.querySelectorAll("time[data-countdown]")].map((element) => ({
    element,
    end: Date.parse(element.dateTime),
    ahead: element.dataset.now ? Date.parse(element.dataset.now) - Date.now() : 0,
  }))
  const tick = () => {
    for (const clock of [...clocks]) {
      const left = clock.end - Date.now() - clock.ahead
      clock.element.textContent = remaining(left)
      if (left > 0) continue
      clocks.splice(clocks.indexOf(clock), 1)
      const then = document.getElementById(clock.element.dataset.then)
      if (then) then.hidden = false
    }
    if (clocks.length) setTimeout(tick, 1000 - (Date.now() % 1000))
  }
  tick()
}

export function remaining(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const shown = parts[0] ? parts : parts.slice(1)
  return shown.map((part, at) => (at ? String(part).padStart(2, "0") : part)).join(":")
}

function dayOf(moment) {
  const days = Math.round((midnight(moment) - midnight(new Date())) / DAY)
  if (Math.abs(days) <= 1) {
    return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day")
  }
  const isThisYear = moment.getFullYear() === new Date().getFullYear()
  return moment.toLocaleDateString(language, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: isThisYear ? undefined : "numeric",
  })
}

const capital = (words) => words.charAt(0).toLocaleUpperCase(language) + words.slice(1)

function hourOf(moment) {
  return moment.toLocaleTimeString(language, { hour: "numeric", minute: "2-digit" })
}

function midnight(moment) {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime()
}

if (globalThis.document?.body) {
  localise(document)
  countDown(document)
}
