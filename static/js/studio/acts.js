// The buttons: going live, this camera on and off, taking over and back, ending the show.
import { checks } from "studio/checks"
import { change, confirmed, facts, find, page } from "studio/page"

const [go, pause, back, end] = ["go", "pause", "back", "end"].map((name) => find(`[data-${name}]`))
const isOver = () => ["ended", "cancelled"].includes(facts.status)
let wasReplaced = false

export function drawActs(uplink) {
  const isOn = uplink.isOn()
  if (isOn) wasReplaced = false
  go.hidden = isOn || wasReplaced || isOver()
  go.textContent = facts.status === "live" ? "Start the camera" : "Go live"
  // A missing item is no reason to stay dark; a missing camera is.
  go.disabled = back.disabled = !(checks.camera && checks.line) || isOn
  pause.hidden = !isOn
  back.hidden = isOn || !wasReplaced || isOver()
  end.hidden = facts.status !== "live"
  find("[data-obs-start]").hidden = facts.status !== "scheduled"
}

// Somebody else took over: this camera comes back only when it is told to.
export function offerBack(uplink) {
  wasReplaced = true
  drawActs(uplink)
}

export async function askToTakeOver(uplink) {
  const isSure = await confirmed({
    title: "Take over?",
    text: "OBS (or another camera) is sending this show. Take over? The other one stops.",
    yes: "Take over",
  })
  if (isSure) uplink.start({ takeOver: true })
  return isSure
}

async function openShow() {
  if (facts.status === "scheduled" && (await change("start/"))) facts.status = "live"
}

export function readyActs(uplink) {
  go.addEventListener("click", async () => {
    go.disabled = true
    await openShow()
    if (facts.status === "live") uplink.start()
    drawActs(uplink)
  })
  back.addEventListener("click", () => uplink.start({ takeOver: true }))
  pause.addEventListener("click", () => uplink.stop())
  find("[data-obs-start]").addEventListener("click", async () => {
    const isSure = await confirmed({
      title: "Go live?",
      text:
        "Everyone on the page is told that the show begins. " +
        "The picture follows when you start streaming in OBS.",
      yes: "Go live",
    })
    if (isSure) await openShow()
    drawActs(uplink)
  })
  end.addEventListener("click", async () => {
    const isSure = await confirmed({
      title: "End the show?",
      text: "Its page becomes the replay at once. This cannot be undone.",
      yes: "End the show",
      isGrave: true,
    })
    if (!isSure) return
    uplink.stop()
    if (!(await change("end/"))) return
    facts.status = "ended"
    drawActs(uplink)
    location.assign(page.dataset.controlRoom)
  })
}
