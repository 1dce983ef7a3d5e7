// Camera and microphone: which ones, how the picture lies, and the preview of them.
import { find, notify } from "studio/page"
import { asked, cutOut, fits, gotWords } from "studio/shape"

const TROUBLE = {
  NotAllowedError:
    "The browser was told not to give us the camera. Allow it beside the address, then reload.",
  NotFoundError: "No camera or microphone was found. Plug one in, then reload.",
  NotReadableError: "Another program is using the camera. Close it, then reload.",
  OverconstrainedError: "This camera cannot do what was asked of it. Please choose another.",
}
const [camera, microphone] = [find("[data-camera]"), find("[data-microphone]")]
const preview = find("[data-preview]")
let stream = null
let run = 0 // of two openings that overlap only the newest counts

export const devices = { stream: () => stream }

const shape = () => find("[data-shape]:checked").value

function open(size) {
  const exactly = ({ value }) => (value ? { exact: value } : undefined)
  return navigator.mediaDevices.getUserMedia({
    video: { deviceId: exactly(camera), frameRate: { ideal: 30, max: 30 }, ...size },
    audio: { deviceId: exactly(microphone), echoCancellation: true, noiseSuppression: true },
  })
}

// What is better asked for, now that the camera is known; null when it is fine as it is.
async function better(opened) {
  const track = opened.getVideoTracks()[0]
  const { facingMode, resizeMode } = track.getSettings()
  // Only cameras in phones say where they face, and only they turn with the hand.
  if (facingMode) return (await lies(opened)) ? asked(shape(), true) : null
  if (shape() === "landscape" || resizeMode !== "crop-and-scale") return null
  return cutOut(track.getCapabilities?.().height?.max ?? 720)
}

async function lies(opened) {
  const probe = document.createElement("video")
  probe.muted = true
  probe.srcObject = opened
  await probe.play().catch(() => {})
  const { videoWidth, videoHeight } = probe
  probe.srcObject = null
  return Boolean(videoWidth) && !fits(shape(), videoWidth, videoHeight)
}

// Opens what is chosen. changed(stream) hears of every stream, null when there is none;
// went() when a device goes away by itself.
export async function openDevices(changed, went) {
  const mine = (run += 1)
  if (!navigator.mediaDevices?.getUserMedia) {
    notify("Browsers give the camera only to pages on https or localhost. Open this page there.")
    return
  }
  notify("")
  close()
  try {
    let opened = await open(asked(shape()))
    const size = await better(opened)
    if (size && mine === run) {
      stop(opened)
      opened = await open(size)
    }
    if (mine !== run) return stop(opened)
    stream = opened
  } catch (error) {
    if (mine !== run) return
    notify(TROUBLE[error.name] || `The camera did not start: ${error.message}`)
    changed(null)
    return
  }
  for (const track of stream.getTracks()) {
    track.addEventListener("ended", () => mine === run && went())
  }
  show()
  await list()
  changed(stream)
}

const stop = (old) => old.getTracks().forEach((track) => track.stop())

function close() {
  if (stream) stop(stream)
  stream = null
}

function show() {
  preview.srcObject = stream
  find("[data-dark]").hidden = true
  const { facingMode } = stream.getVideoTracks()[0].getSettings()
  preview.toggleAttribute("data-mirrored", facingMode === "user") // as in a mirror; not on air
}

async function list() {
  const all = await navigator.mediaDevices.enumerateDevices()
  for (const [kind, select, [track]] of [
    ["videoinput", camera, stream.getVideoTracks()],
    ["audioinput", microphone, stream.getAudioTracks()],
  ]) {
    const chosen = track?.getSettings().deviceId
    const options = all
      .filter((device) => device.kind === kind)
      .map(({ label, deviceId }) => new Option(label || "Unnamed", deviceId))
    select.replaceChildren(...options)
    select.value = chosen
  }
}

if (matchMedia("(pointer: coarse) and (orientation: portrait)").matches) {
  find("[data-shape][value=portrait]").checked = true // a phone in the hand
}
preview.addEventListener("resize", () => {
  const { videoWidth: width, videoHeight: height } = preview
  if (!width) return
  find("[data-got]").textContent = gotWords(shape(), width, height)
  find("[data-got]").toggleAttribute("data-wrong", !fits(shape(), width, height))
})
navigator.mediaDevices?.addEventListener("devicechange", () => stream && list())
