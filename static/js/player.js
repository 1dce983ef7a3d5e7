// The picture: hls.js where it runs, the browser's own HLS where not; live and replay alike.
import { dateAt, positionAt } from "frames"

const RETRIES = [1000, 2000, 4000, 8000] // ms; the last one repeats
const LIVE = { liveSyncDuration: 2.5, liveMaxLatencyDuration: 10, maxLiveSyncPlaybackRate: 1.1 }

// state(name) is told: none (no playlist yet), connecting, playing, waiting, blocked (the browser
// wants a tap first), ended.
export function makePlayer(video, { source, workerPath, state }) {
  let hls = null
  let isNative = false
  let failures = 0
  let timer = null
  let run = 0 // of two loads that overlap, only the newest may touch the video

  async function load() {
    unload()
    const mine = (run += 1)
    state("connecting")
    const { default: Hls } = await import("hls.js")
    if (mine !== run) return
    if (Hls.isSupported()) attach(Hls)
    else if (video.canPlayType("application/vnd.apple.mpegurl")) attachNative()
    else state("unsupported")
  }

  function attach(Hls) {
    hls = new Hls({ ...LIVE, workerPath, backBufferLength: 30, startFragPrefetch: true })
    hls.on(Hls.Events.MANIFEST_PARSED, play)
    hls.on(Hls.Events.LEVEL_LOADED, () => (failures = 0))
    hls.on(Hls.Events.ERROR, (_, { fatal, type, details }) => {
      if (!fatal) return
      if (type === Hls.ErrorTypes.MEDIA_ERROR && failures < RETRIES.length) {
        failures += 1
        return hls.recoverMediaError()
      }
      again(details.startsWith("manifest") ? "none" : "waiting")
    })
    hls.loadSource(source)
    hls.attachMedia(video)
  }

  function attachNative() {
    isNative = true
    video.src = source
    play()
  }

  function again(why) {
    state(why)
    const wait = RETRIES[Math.min(failures, RETRIES.length - 1)]
    failures += 1
    run += 1
    clearTimeout(timer)
    timer = setTimeout(load, wait)
  }

  function unload() {
    clearTimeout(timer)
    timer = null
    hls?.destroy()
    hls = null
    if (isNative) video.removeAttribute("src")
    isNative = false
  }

  async function play() {
    try {
      await video.play()
    } catch (error) {
      if (error.name === "NotAllowedError") state("blocked")
    }
  }

  video.addEventListener("playing", () => state("playing"))
  video.addEventListener("waiting", () => state("waiting"))
  video.addEventListener("ended", () => state("ended"))
  video.addEventListener("error", () => isNative && again("none"))

  function stretches() {
    const details = hls?.latestLevelDetails
    if (!details) return []
    return details.fragments
      .filter(({ programDateTime }) => programDateTime)
      .map(({ start, duration, programDateTime }) => ({ start, duration, date: programDateTime }))
  }

  function date() {
    if (hls) return hls.playingDate?.getTime() ?? null
    const start = video.getStartDate?.().getTime()
    return start ? start + video.currentTime * 1000 : null
  }

  return {
    load,
    play,
    // Called when there should be a picture now: a wait for the next try ends.
    hurry: () => timer !== null && load(),
    unload() {
      run += 1
      unload()
    },
    date,
    dateAt: (position) => dateAt(position, stretches()),
    positionAt: (moment) => positionAt(moment, stretches()),
    hasDates: () => stretches().length > 0,
  }
}
