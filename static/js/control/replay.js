// The replay's desk in the back office: the player beside the trim, and what is being made.
import { sendFilm } from "control/film"
import { isSettled } from "control/made"

const LOOK = 2000 // ms between two looks while something is made

const desk = document.querySelector("[data-replay-desk]")
const video = desk.querySelector("[data-whole]")
const film = desk.querySelector("[data-film]")

// The theme would write a file's name into the nearest field of text, here the language.
desk.addEventListener("change", keepToItself, { capture: true })
if (video) playWhole(video)
if (film) sendFilm(film)
look()

function keepToItself(event) {
  if (event.target.type === "file") event.stopPropagation()
}

async function playWhole(video) {
  const { default: Hls } = await import("hls.js")
  let hls = null
  if (Hls.isSupported()) {
    hls = new Hls({ enableWorker: false })
    hls.loadSource(video.dataset.whole)
    hls.attachMedia(video)
  } else {
    video.src = video.dataset.whole
  }
  // The show's clock at the picture on screen; in Safari the video itself knows when it began.
  const date = () => {
    if (hls) return hls.playingDate
    const start = video.getStartDate?.().getTime()
    return start ? new Date(start + video.currentTime * 1000) : null
  }
  for (const button of desk.querySelectorAll("[data-here]")) {
    button.hidden = false
    button.addEventListener("click", () => {
      const moment = date()
      const field = document.getElementById(button.dataset.here)
      if (moment) field.value = written(moment, button.form.dataset.timeZone)
    })
  }
}

// 2026-11-22T18:00:00.123, by the clock on the back office's wall.
export function written(date, timeZone) {
  const shape = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit" }
  const rest = { minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 }
  const format = new Intl.DateTimeFormat("en", { ...shape, ...rest, hourCycle: "h23", timeZone })
  const part = Object.fromEntries(format.formatToParts(date).map((each) => [each.type, each.value]))
  const day = `${part.year}-${part.month}-${part.day}`
  return `${day}T${part.hour}:${part.minute}:${part.second}.${part.fractionalSecond}`
}

async function look() {
  const rows = [...desk.querySelectorAll("[data-made]")]
  const isOpen = ({ dataset }) => ["due", "making"].includes(dataset.status)
  if (!rows.some(isOpen)) return
  await new Promise((done) => setTimeout(done, LOOK))
  try {
    const answer = await fetch(desk.dataset.state)
    if (answer.ok) draw(await answer.json())
  } catch {
    // The next look tells.
  }
  look()
}

function draw({ made, download }) {
  const link = desk.querySelector("[data-download]")
  link.hidden = !download
  if (download) link.href = download
  for (const { key, status, state, progress, failure } of made) {
    const row = desk.querySelector(`[data-made="${key}"]`)
    if (!row) continue
    if (isSettled(row.dataset, { key, status })) location.reload() // it offers other things now
    row.dataset.status = status
    const slot = (name) => row.querySelector(`[data-slot="${name}"]`)
    slot("state").textContent = state
    slot("state").dataset.state = status
    slot("progress").hidden = status !== "making"
    slot("progress").value = progress
    slot("failure").textContent = failure
    slot("failure").hidden = !failure
    if (slot("again")) slot("again").hidden = status !== "failed"
  }
}
