// Whether the show is live, for how long and for how many; going live and ending it.
import { change, facts, find, page } from "control/page"

function span(seconds) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60]
  return parts.map((part) => String(part).padStart(2, "0")).join(":").replace(/^00:/, "")
}

function confirmed(title, text, yes) {
  const dialog = document.querySelector("[data-ask]")
  find("[data-ask-title]", dialog).textContent = title
  find("[data-ask-text]", dialog).textContent = text
  find("[data-ask-yes]", dialog).textContent = yes
  dialog.returnValue = "no"
  dialog.showModal()
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true })
  })
}

export const stage = { status: facts.status, liveAt: null, onAir: false }

export function drawStage() {
  const lamp = find("[data-lamp]")
  const isLive = stage.status === "live"
  lamp.dataset.state = isLive && !stage.onAir ? "waiting" : stage.status
  const words = { scheduled: "Scheduled", live: "Live", ended: "Ended", cancelled: "Cancelled" }
  lamp.textContent = isLive && !stage.onAir ? "Live, no picture" : words[stage.status]
  const [start, end] = [find("[data-start]"), find("[data-end]")]
  if (start) start.hidden = stage.status !== "scheduled"
  if (end) end.hidden = !isLive
  for (const button of page.querySelectorAll("[data-pin]")) button.disabled = !isLive
  drawClock()
}

export function drawClock() {
  const runs = stage.status === "live" && stage.liveAt
  find("[data-clock]").textContent = runs ? span(Math.max(0, Date.now() - stage.liveAt) / 1000) : "–"
}

export const stageHandlers = {
  "room.snapshot": ({ show, on_air, viewers }) => {
    drawViewers(viewers)
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
  "room.viewers": ({ viewers }) => drawViewers(viewers),
}

function drawViewers(viewers) {
  find("[data-viewers]").textContent = viewers
}

find("[data-start]")?.addEventListener("click", async () => {
  const sure = await confirmed(
    "Go live?",
    "Everyone on the page is told that the show begins. The picture follows when the camera starts.",
    "Go live",
  )
  if (sure) await change("POST", `shows/${facts.slug}/start/`)
})

find("[data-end]")?.addEventListener("click", async () => {
  const sure = await confirmed(
    "End the show?",
    "Its page becomes the replay at once. This cannot be undone.",
    "End the show",
  )
  if (sure) await change("POST", `shows/${facts.slug}/end/`)
})
