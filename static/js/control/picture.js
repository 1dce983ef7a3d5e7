// The picture as viewers get it, and how well it comes.
import { find, health, page } from "control/page"
import { stage } from "control/stage"

const video = find("[data-video]")
const SILENT = 5 // seconds without a new segment are an alarm
const picture = { hls: null, heardAt: 0, recent: [], retry: 0 }

async function openPicture() {
  clearTimeout(picture.retry)
  if (picture.hls) return
  const { default: Hls } = await import("hls.js").catch(() => ({}))
  if (picture.hls) return // a second fact was faster
  if (!Hls?.isSupported()) {
    health("picture", "this browser cannot show it", "bad")
    return
  }
  const hls = new Hls({
    liveSyncDuration: 2.5,
    maxLiveSyncPlaybackRate: 1.1,
    workerPath: page.dataset.worker,
  })
  picture.hls = hls
  hls.on(Hls.Events.FRAG_LOADED, (_, { frag }) => {
    picture.heardAt = Date.now()
    if (Number.isFinite(frag.sn)) {
      picture.recent = [...picture.recent.slice(-4), [frag.stats.loaded * 8, frag.duration]]
    }
  })
  hls.on(Hls.Events.MANIFEST_PARSED, () => video.play().catch(() => {}))
  hls.on(Hls.Events.ERROR, (_, { fatal }) => {
    if (!fatal) return
    closePicture() // there is none yet, or it went away: ask again
    if (stage.status === "live") picture.retry = setTimeout(openPicture, 2000)
  })
  hls.loadSource(page.dataset.hls)
  hls.attachMedia(video)
}

function closePicture() {
  picture.hls?.destroy()
  picture.hls = null
  picture.recent = []
}

export function drawHealth() {
  const isShown = Boolean(picture.hls) && video.readyState >= 2
  find("[data-dark]").hidden = isShown
  const silent = (Date.now() - picture.heardAt) / 1000
  if (stage.status !== "live") health("picture", "–")
  else if (!stage.onAir) health("picture", "no camera; the show goes on", "bad")
  else if (!picture.heardAt) health("picture", "on its way")
  else if (silent > SILENT) health("picture", `silent for ${Math.round(silent)} s`, "bad")
  else health("picture", "good", "good")
  const latency = isShown && stage.status === "live" ? picture.hls.latency : 0
  health("delay", latency ? `${latency.toFixed(1)} s` : "–", latency > 6 ? "bad" : "")
  const [bits, seconds] = [0, 1].map((each) =>
    picture.recent.reduce((sum, fragment) => sum + fragment[each], 0),
  )
  health("bitrate", seconds ? `${(bits / seconds / 1e6).toFixed(1)} Mbit/s` : "–")
  const quality = video.getVideoPlaybackQuality?.()
  health("dropped", isShown && quality ? String(quality.droppedVideoFrames) : "–")
}

export const pictureHandlers = {
  "room.snapshot": ({ on_air }) => {
    if (on_air || stage.status === "ended") openPicture()
  },
  "take.started": openPicture,
  "show.ended": () => find("[data-dark]").replaceChildren("The show has ended"),
}

video.addEventListener("playing", drawHealth)

find("[data-sound]").addEventListener("click", ({ currentTarget }) => {
  video.muted = !video.muted
  currentTarget.setAttribute("aria-pressed", !video.muted)
  currentTarget.textContent = video.muted ? "Sound off" : "Sound on"
})
