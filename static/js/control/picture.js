// The picture as viewers get it, and how well it comes.
import { drawAlarms } from "control/alarms"
import { makeEar } from "control/ear"
import { find, health, page } from "control/page"
import { stage } from "control/stage"
import { makePlayer } from "player"

const video = find("[data-video]")
const SILENT = 5 // seconds without a new piece of it are an alarm
const PIECES = 12 // that the rate is measured by
const picture = { state: "none", heardAt: 0, recent: [], dueAt: null, offAirAt: null }
const ear = makeEar(video)
const player = makePlayer(video, {
  source: page.dataset.hls,
  workerPath: page.dataset.worker,
  state: (state) => (picture.state = state),
  expects: () => stage.status === "live" && stage.onAir,
  heard(bits, seconds) {
    picture.heardAt = Date.now()
    picture.recent = [...picture.recent, [bits, seconds]].slice(-PIECES)
  },
})

function openPicture() {
  if (picture.state === "none") player.load()
  else player.hurry()
}

function watchOut() {
  const isGone = stage.status === "live" && !stage.onAir
  picture.offAirAt = isGone ? (picture.offAirAt ?? Date.now()) : null
  const since = (moment) => (moment ? (Date.now() - moment) / 1000 : null)
  const last = Math.max(picture.heardAt, picture.dueAt)
  drawAlarms({ gap: since(last), offAir: since(picture.offAirAt), silent: ear.silent() })
}

export function drawHealth() {
  watchOut()
  const isShown = picture.state !== "none" && video.readyState >= 2
  find("[data-dark]").hidden = isShown
  const silent = (Date.now() - picture.heardAt) / 1000
  if (picture.state === "unsupported") health("picture", "this browser cannot show it", "bad")
  else if (stage.status !== "live") health("picture", "–")
  else if (!stage.onAir) health("picture", "no camera; the show goes on", "bad")
  else if (!picture.heardAt) health("picture", "on its way")
  else if (silent > SILENT) health("picture", `silent for ${Math.round(silent)} s`, "bad")
  else health("picture", "good", "good")
  const isComing = isShown && stage.status === "live" && stage.onAir
  const latency = isComing ? player.behind() : 0
  health("delay", latency ? `${latency.toFixed(1)} s` : "–", latency > 6 ? "bad" : "")
  const [bits, seconds] = [0, 1].map((each) =>
    picture.recent.reduce((sum, fragment) => sum + fragment[each], 0),
  )
  health("bitrate", isComing && seconds ? `${(bits / seconds / 1e6).toFixed(1)} Mbit/s` : "–")
  const quality = video.getVideoPlaybackQuality?.()
  health("dropped", isShown && quality ? String(quality.droppedVideoFrames) : "–")
}

export const pictureHandlers = {
  "room.snapshot": ({ on_air }) => {
    if (on_air) picture.dueAt ??= Date.now()
    if (on_air || stage.status === "ended") openPicture()
  },
  "take.started": () => {
    picture.dueAt = Date.now()
    openPicture()
  },
  "show.ended": () => find("[data-dark]").replaceChildren("The show has ended"),
}

video.addEventListener("playing", drawHealth)

find("[data-sound]").addEventListener("click", ({ currentTarget }) => {
  const isAloud = currentTarget.getAttribute("aria-pressed") !== "true"
  ear.setAloud(isAloud)
  currentTarget.setAttribute("aria-pressed", isAloud)
  currentTarget.textContent = isAloud ? "Sound on" : "Sound off"
})
