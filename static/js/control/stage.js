// Whether the show is live, for how long and for how many; going live and ending it.
import { confirmed } from "control/confirm"
import { levels } from "control/levels"
import { change, facts, find, page } from "control/page"

function span(seconds) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60]
  return parts.map((part) => String(part).padStart(2, "0")).join(":").replace(/^00:/, "")
}

export const stage = { status: facts.status, liveAt: null, onAir: false }

export function drawStage() {
  const lamp = find("[data-lamp]")
  const isLive = stage.status === "live"
  page.dataset.status = stage.status
  lamp.dataset.state = isLive && !stage.onAir ? "waiting" : stage.status
  const words = { scheduled: "Scheduled", live: "Live", ended: "Ended", cancelled: "Cancelled" }
  lamp.textContent = isLive && !stage.onAir ? "Live, no picture" : words[stage.status]
  const [start, end] = [find("[data-start]"), find("[data-end]")]
  if (start) start.hidden = stage.status !== "scheduled"
  if (end) end.hidden = !isLive
  for (const button of page.querySelectorAll("[data-on-air]")) {
    const comesLater = button.closest("[data-reveal-at]") // a drop; one that is on can be taken off
    button.disabled = !isLive || (comesLater && button.getAttribute("aria-pressed") !== "true")
  }
  drawClock()
}

export function drawClock() {
  const runs = stage.status === "live" && stage.liveAt
  find("[data-clock]").textContent = runs ? span(Math.max(0, Date.now() - stage.liveAt) / 1000) : "–"
}

export const stageHandlers = {
  "room.snapshot": ({ show, on_air }) => {
    stage.status = show.status
    stage.liveAt = show.live_at && Date.parse(show.live_at)
    stage.onAir = on_air
    drawStage()
  },
  "show.started": ({ at }) => {
    stage.status = "live"
    stage.liveAt = Date.parse(at)
    drawStage()
  },
  "show.ended": () => {
    stage.status = "ended"
    drawStage()
  },
  "show.cancelled": () => {
    stage.status = "cancelled"
    drawStage()
  },
  "take.started": () => {
    stage.onAir = true
    drawStage()
  },
  "take.lost": () => {
    stage.onAir = false
    drawStage()
  },
  "take.finished": () => {
    stage.onAir = false
    drawStage()
  },
}

levels.watch("viewers", (viewers) => (find("[data-viewers]").textContent = viewers))
levels.watch("reactions", (given) => {
  const all = Object.values(given).reduce((sum, each) => sum + each, 0)
  find("[data-reactions]").textContent = all.toLocaleString(document.documentElement.lang)
})

find("[data-start]")?.addEventListener("click", async () => {
  const { isSure } = await confirmed({
    title: "Go live?",
    text:
      "Everyone on the page is told that the show begins. " +
      "The picture follows when the camera starts.",
    yes: "Go live",
  })
  if (isSure) await change("POST", "start/")
})

find("[data-end]")?.addEventListener("click", async () => {
  const { isSure } = await confirmed({
    title: "End the show?",
    text: "Its page becomes the replay at once. This cannot be undone.",
    yes: "End the show",
  })
  if (isSure) await change("POST", "end/")
})
