// Before the show: when it starts in the viewer's own time, and how long that is from now.
import { clock } from "clock"
import { countdown } from "countdown"
import { fill } from "fill"

const two = (part) => String(part).padStart(2, "0")

export function drawLobby(page) {
  const startsAt = new Date(page.dataset.startsAt)
  const written = document.documentElement.lang || "en"
  const language = navigator.languages.find((each) => each.startsWith(written)) ?? written
  const when = new Intl.DateTimeFormat(language, {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  })
  fill(page, { when: when.format(startsAt) })
  countdown(startsAt, draw, clock.now)

  function draw({ days, hours, minutes, seconds, isOver }) {
    fill(page, { days, unit: days === 1 ? "day" : "days" })
    fill(page, { hours: two(hours), minutes: two(minutes), seconds: two(seconds) })
    page.querySelector("[data-days]").hidden = !days
    page.querySelector("[data-countdown]").toggleAttribute("data-over", isOver)
  }
}
