// The studio: choose camera and microphone, see that all is well, go live from the browser or OBS.
import { askToTakeOver, drawActs, offerBack, readyActs } from "studio/acts"
import { stayAwake } from "studio/awake"
import { checks, drawChecks } from "studio/checks"
import { devices, openDevices } from "studio/devices"
import { drawOff, drawState, drawWaiting, lineHandlers } from "studio/line"
import { drawLevel, listen, meter } from "studio/meter"
import "studio/obs"
import { facts, find, health, notify, page } from "studio/page"
import { makeQuality } from "studio/quality"
import { format, makeRecorder } from "studio/recorder"
import { forgetSender, watchSender } from "studio/sender"
import { makeUplink } from "studio/uplink"
import { offWords, refusalWords } from "studio/words"

const quality = makeQuality()
const address = new URL(page.dataset.ingest, location.href)
address.protocol = address.protocol.replace("http", "ws")

const uplink = makeUplink({
  dial: () => new WebSocket(address),
  record: (bitrate, hear) => makeRecorder(devices.stream(), bitrate, hear),
  quality,
  tell(name, detail) {
    for (const part of parts) part[name]?.(detail)
    stayAwake(uplink.isOn())
    drawActs(uplink)
  },
})
const parts = [
  lineHandlers(quality),
  {
    connecting: forgetSender,
    live: () => notify(""),
    refused: (refusal) => notify(refusalWords(refusal)),
    replaced() {
      notify(refusalWords({ code: "replaced" }))
      offerBack(uplink)
    },
    async rival() {
      if (!(await askToTakeOver(uplink))) notify(refusalWords({ code: "rival" }))
    },
  },
]

function useStream(stream) {
  checks.camera = Boolean(stream)
  checks.sound = checks.sound && Boolean(stream)
  listen(stream)
  draw()
  if (stream) uplink.renew("device")
  else uplink.stop()
}

function draw() {
  drawChecks()
  drawActs(uplink)
}

// What went away may be there again under the same name; if not, any other will do.
async function reopen() {
  find("[data-camera]").replaceChildren()
  find("[data-microphone]").replaceChildren()
  await open()
  if (devices.stream()) {
    notify("The camera or microphone went away, so another was opened. Is it the right one?")
  }
}

const open = () => openDevices(useStream, () => reopen())

function look() {
  drawLevel()
  if (meter.wasHeard && !checks.sound) {
    checks.sound = true
    drawChecks()
  }
  if (uplink.isOn()) drawWaiting(uplink.waiting())
  else find("[data-silent]").hidden = true
}

readyActs(uplink)
for (const choice of page.querySelectorAll("[data-camera], [data-microphone], [data-shape]")) {
  choice.addEventListener("change", open)
}
find("[data-quality]").addEventListener("change", ({ target }) => {
  quality.choose(Number(target.value))
  uplink.renew("chosen")
})
document.addEventListener("visibilitychange", () => stayAwake(uplink.isOn()))
addEventListener("online", uplink.hurry)
addEventListener("beforeunload", (event) => {
  if (uplink.isOn()) event.preventDefault() // on air: ask before leaving
})
setInterval(look, 100)
health("format", format()?.split("=")[1] ?? "none")
drawOff()
draw()
watchSender(
  () => !uplink.isOn(),
  (sending) => {
    drawState(...offWords(facts.status, sending))
    drawActs(uplink)
  },
)
open()
