// The studio: choose camera and microphone, see that all is well, go live from the browser.
import { ask } from "api"
import { format, openPublisher } from "publisher"

const page = document.querySelector("[data-studio]")
const facts = JSON.parse(document.getElementById("facts").textContent)
const find = (selector) => page.querySelector(selector)
const WORDS = {
  not_allowed: "You may not send video to this show.",
  show_not_live: "The show is not live, so it takes no picture.",
  already_publishing: "Another camera is on air in this show. Stop it there first.",
  not_a_video: "The server could not read what this browser sends. Try Chrome or Edge.",
  no_key_frames: "This browser sends a picture nobody could join. Try Chrome or Edge.",
  ffmpeg_failed: "The server lost the picture and starts it anew.",
}
const CAMERA_TROUBLE = {
  NotAllowedError:
    "The browser was told not to give us the camera. Allow it beside the address, then reload.",
  NotFoundError: "No camera or microphone was found. Plug one in, then reload.",
  NotReadableError: "Another program is using the camera. Close it, then reload.",
  OverconstrainedError: "This camera cannot do what was asked of it. Please choose another.",
}

function notify(text) {
  find("[data-notice]").textContent = text
  find("[data-notice]").hidden = !text
}

const health = (name, text, state = "") => {
  find(`[data-health-of="${name}"]`).textContent = text
  find(`[data-health-of="${name}"]`).dataset.state = state
}

// ---- checklist

const checks = { camera: false, sound: false, items: false, line: Boolean(format()) }
const sellable = facts.items.filter(
  ({ variants }) => variants.length && variants.some(({ left }) => left > 0),
)
checks.items = facts.items.length > 0 && sellable.length === facts.items.length

function drawChecks() {
  for (const [name, isOk] of Object.entries(checks)) {
    find(`[data-check="${name}"]`).dataset.ok = isOk ? "yes" : "no"
  }
  const lacking = facts.items.length - sellable.length
  const words = facts.items.length
    ? `Items with price and stock (${sellable.length} of ${facts.items.length})`
    : "The line-up is empty"
  find('[data-check="items"]').textContent = lacking ? `${words}: ${lacking} cannot be bought` : words
  // A missing item is no reason to stay dark; a missing camera is.
  find("[data-go]").disabled = !(checks.camera && checks.line) || publisher !== null
}

// ---- camera and microphone

let stream = null
let publisher = null
let ear = null

async function openCamera() {
  notify("")
  if (!navigator.mediaDevices?.getUserMedia) {
    notify("The camera works on https (or localhost) only. Open this page there.")
    return
  }
  const [camera, microphone] = [find("[data-camera]").value, find("[data-microphone]").value]
  try {
    const before = stream
    before?.getTracks().forEach((track) => track.stop())
    stream = await navigator.mediaDevices.getUserMedia({
      video: {
        deviceId: camera ? { exact: camera } : undefined,
        width: { ideal: 1280 },
        height: { ideal: 720 },
        frameRate: { ideal: 30, max: 30 },
      },
      audio: {
        deviceId: microphone ? { exact: microphone } : undefined,
        echoCancellation: true,
        noiseSuppression: true,
      },
    })
  } catch (error) {
    notify(CAMERA_TROUBLE[error.name] || `The camera did not start: ${error.message}`)
    checks.camera = checks.sound = false
    drawChecks()
    return
  }
  find("[data-preview]").srcObject = stream
  find("[data-dark]").hidden = true
  checks.camera = stream.getVideoTracks().some((track) => track.readyState === "live")
  for (const track of stream.getTracks()) {
    track.addEventListener("ended", () => {
      notify("The camera or microphone went away. Choose another, or plug it in again.")
      checks.camera = false
      drawChecks()
    })
  }
  listen()
  await listDevices()
  drawChecks()
  publisher?.replace(stream)
}

async function listDevices() {
  const devices = await navigator.mediaDevices.enumerateDevices()
  for (const [kind, selector, track] of [
    ["videoinput", "[data-camera]", stream.getVideoTracks()[0]],
    ["audioinput", "[data-microphone]", stream.getAudioTracks()[0]],
  ]) {
    const chosen = track?.getSettings().deviceId
    const options = devices
      .filter((device) => device.kind === kind)
      .map(({ label, deviceId }) => new Option(label || "Unnamed", deviceId, false, deviceId === chosen))
    find(selector).replaceChildren(...options)
  }
}

function listen() {
  ear?.context.close()
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  analyser.fftSize = 1024
  context.createMediaStreamSource(stream).connect(analyser)
  ear = { context, analyser, samples: new Float32Array(analyser.fftSize) }
}

function drawLevel() {
  if (!ear) return
  ear.analyser.getFloatTimeDomainData(ear.samples)
  const loudest = ear.samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
  find("[data-level]").value = loudest
  if (loudest > 0.02 && !checks.sound) {
    checks.sound = true
    drawChecks()
  }
}

// ---- on air

let awake = null

async function stayAwake() {
  if (!publisher || document.visibilityState !== "visible") return
  awake = await navigator.wakeLock?.request("screen").catch(() => null)
}

function drawState(state, words) {
  find("[data-lamp]").dataset.state = state
  find("[data-lamp]").textContent = words
  health("state", words.toLowerCase(), { live: "good", waiting: "bad" }[state])
}

function drawActs() {
  const isOn = publisher !== null
  find("[data-go]").hidden = isOn || facts.status === "ended" || facts.status === "cancelled"
  find("[data-go]").textContent = facts.status === "live" ? "Start the camera" : "Go live"
  find("[data-pause]").hidden = !isOn
  find("[data-end]").hidden = facts.status !== "live"
  drawChecks()
}

function hear(name, detail) {
  if (name === "connecting") drawState("waiting", "Connecting")
  else if (name === "live") {
    notify("")
    drawState("live", "Live")
  } else if (name === "health") {
    const minutes = Math.floor(detail.seconds / 60)
    health("seconds", `${minutes}:${String(Math.floor(detail.seconds) % 60).padStart(2, "0")}`)
    health("bitrate", `${(detail.bitrate / 1e6).toFixed(1)} Mbit/s`, detail.bitrate ? "good" : "bad")
    find("[data-clock]").textContent = find('[data-health-of="seconds"]').textContent
    find("[data-clock]").hidden = false
  } else if (name === "lost") {
    drawState("waiting", "Line lost, coming back")
  } else if (name === "refused") {
    notify(WORDS[detail.code] || detail.detail || detail.code)
    off()
  } else if (name === "stopped") off()
}

function off() {
  publisher = null
  awake?.release()
  find("[data-clock]").hidden = true
  for (const name of ["seconds", "bitrate", "waiting"]) health(name, "–")
  drawState("off", "This camera is off")
  drawActs()
}

async function change(path) {
  const { data, refusal } = await ask("POST", path)
  if (data || refusal?.code === "stale_state") return true // it is so already, from elsewhere
  notify(refusal?.detail ?? "The server did not understand. Please reload the page.")
  return false
}

find("[data-go]").addEventListener("click", async () => {
  find("[data-go]").disabled = true
  notify("")
  if (facts.status === "scheduled" && (await change(`shows/${facts.slug}/start/`))) {
    facts.status = "live"
  }
  if (facts.status === "live") {
    publisher = openPublisher(page.dataset.ingest, stream, hear)
    health("format", format().split("=")[1] ?? format())
    ear?.context.resume()
    stayAwake()
  }
  drawActs()
})

find("[data-pause]").addEventListener("click", () => publisher?.stop())

find("[data-end]").addEventListener("click", () => {
  const dialog = document.querySelector("[data-ask]")
  dialog.returnValue = "no"
  dialog.showModal()
  dialog.addEventListener(
    "close",
    async () => {
      if (dialog.returnValue !== "yes") return
      publisher?.stop()
      if (!(await change(`shows/${facts.slug}/end/`))) return
      facts.status = "ended"
      drawActs()
      location.assign(page.dataset.controlRoom)
    },
    { once: true },
  )
})

for (const selector of ["[data-camera]", "[data-microphone]"]) {
  find(selector).addEventListener("change", openCamera)
}
navigator.mediaDevices?.addEventListener("devicechange", () => stream && listDevices())
document.addEventListener("visibilitychange", stayAwake)
window.addEventListener("beforeunload", (event) => {
  if (publisher) event.preventDefault() // on air: ask before leaving
})
setInterval(() => {
  drawLevel()
  if (publisher) health("waiting", `${Math.round(publisher.waiting / 1024)} KiB`)
}, 100)
drawActs()
openCamera()
