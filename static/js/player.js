// The picture: hls.js where it runs, the browser's own HLS where not; live and replay alike.
import { dateAt, positionAt } from "frames"
import { later } from "later"

const RETRIES = [500, 1000, 2000, 4000, 8000] // ms; the last one repeats
const LONGEST = 2000 // ms, while there should be a picture
// Without an upper limit of the delay: who looks back is not to be pulled forward.
const LIVE = { maxLiveSyncPlaybackRate: 1.1, liveSyncOnStallIncrease: 0.5, backBufferLength: 30 }

// state(name) is told: none (no playlist yet), connecting, playing, waiting, blocked (the browser
// wants a tap first), ended. expects() is whether there should be a picture now; changed(cause)
// hears when low latency is given up ("line" or "host" was too slow) and tried again (null);
// leave() comes before a picture is dropped, heard(bits, seconds) with each piece of it.
export function makePlayer(video, options) {
  const { source, workerPath, state, expects = () => true, changed, leave, heard } = options
  let hls = null
  let keeper = null // comes once the picture plays
  let isNative = false
  let failures = 0
  let timer = null
  let isLow = true
  let follows = true // at the live edge, and meant to stay there
  let isPaused = false // by the viewer
  let wanted = null // where to begin: {position} or {date}; null is the live edge
  let run = 0 // of two loads that overlap, only the newest may touch the video

  const details = () => hls?.latestLevelDetails ?? null
  const pieces = () => [...(details()?.fragments ?? []), details()?.fragmentHint].filter(Boolean)
  const lastSeekable = () =>
    video.seekable.length ? video.seekable.end(video.seekable.length - 1) : null
  const line = {
    isLive: () => (hls ? Boolean(details()?.live) : video.duration === Infinity),
    isLow: () => isLow,
    follows: () => follows,
    edge: () => (hls ? hls.liveSyncPosition : lastSeekable()),
    behind: () => (hls ? hls.latency : (lastSeekable() ?? 0) - video.currentTime),
    target: () => hls?.targetLatency ?? 0,
    piece: () => (isLow && details()?.partTarget) || details()?.targetduration || 0,
    age: () => details()?.age ?? Infinity,
    end: () => details()?.edge ?? 0,
    conclude: () => hls?.trigger(hls.constructor.Events.BUFFER_EOS, {}),
    take: (position) => pieces().findLast(({ start }) => start <= position)?.cc ?? null,
  }

  const keep = later(async () => {
    const { makeKeeper, TICK } = await import("player/keeper")
    keeper = makeKeeper({ video, line, expects, toLive, setLow, reload: () => again("waiting") })
    setInterval(keeper.tick, TICK)
  })

  function setLow(wanted, cause) {
    isLow = wanted
    if (hls) hls.lowLatencyMode = wanted
    changed?.(cause)
  }

  function toLive() {
    follows = true
    const edge = line.edge()
    if (edge !== null) video.currentTime = edge
  }

  // at: {position} in seconds, {date} in ms, or null for live.
  async function load(at = null) {
    unload()
    const mine = (run += 1)
    wanted = at
    follows = !at
    state("connecting")
    const { default: Hls } = await import("hls.js").catch(() => ({}))
    if (mine !== run) return
    if (!Hls) again("none")
    else if (Hls.isSupported()) attach(Hls)
    else if (video.canPlayType("application/vnd.apple.mpegurl")) attachNative()
    else state("unsupported")
  }

  function attach(Hls) {
    const startPosition = wanted?.position ?? -1
    hls = new Hls({ ...LIVE, lowLatencyMode: isLow, workerPath, startPosition })
    hls.on(Hls.Events.MANIFEST_PARSED, () => isPaused || play())
    hls.once(Hls.Events.LEVEL_UPDATED, () => {
      if (!wanted?.date) return
      hls.startLoad(positionAt(wanted.date, stretches()))
    })
    hls.on(Hls.Events.ERROR, (_, { fatal, type, details: what }) => {
      if (!fatal) return
      if (type === Hls.ErrorTypes.MEDIA_ERROR && failures < 2) {
        failures += 1
        return hls.recoverMediaError()
      }
      again(what.startsWith("manifest") ? "none" : "waiting")
    })
    hls.on(Hls.Events.FRAG_LOADED, (_, { frag, part }) => {
      const { stats, duration } = part ?? frag
      if (Number.isFinite(frag.sn)) heard?.(stats.loaded * 8, duration)
    })
    hls.loadSource(source)
    hls.attachMedia(video)
  }

  function attachNative() {
    isNative = true
    video.src = source
    const position = wanted?.position
    if (position) video.addEventListener("loadedmetadata", () => seek(position), { once: true })
    play()
  }

  // Once more in a while, at the same place.
  function again(why) {
    const moment = date()
    if (follows) wanted = null
    else if (moment) wanted = { date: moment }
    state(why)
    const wait = RETRIES[Math.min(failures, RETRIES.length - 1)]
    failures += 1
    run += 1
    clearTimeout(timer)
    const longest = expects() ? LONGEST : Infinity
    timer = setTimeout(() => load(wanted), Math.min(wait, longest) * (0.75 + Math.random() / 2))
  }

  function unload() {
    clearTimeout(timer)
    timer = null
    keeper?.reset()
    if (hls || isNative) leave?.() // the last picture can still be kept
    hls?.destroy()
    hls = null
    if (isNative) video.removeAttribute("src")
    isNative = false
  }

  async function play() {
    isPaused = false
    try {
      await video.play()
    } catch (error) {
      if (error.name === "NotAllowedError") state("blocked")
    }
  }

  video.addEventListener("playing", () => {
    failures = 0
    state("playing")
    keep().catch(() => {}) // without it the picture plays all the same
  })
  video.addEventListener("waiting", () => {
    if (hls) keeper?.dry()
    state("waiting")
  })
  video.addEventListener("ended", () => state("ended"))
  video.addEventListener("error", () => isNative && again("none"))

  let known = { end: null, from: null, all: [] }
  function stretches() {
    const from = details()
    if (!from) return []
    const end = from.edge
    if (known.from === from && known.end === end) return known.all
    const all = pieces()
      .filter(({ programDateTime }) => programDateTime)
      .map(({ start, duration, programDateTime: date }) => ({ start, duration, date }))
    known = { from, end, all }
    return all
  }

  function date() {
    if (hls) return video.readyState ? dateAt(video.currentTime, stretches()) : null
    const start = video.getStartDate?.().getTime()
    return start ? start + video.currentTime * 1000 : null
  }

  // {from, to} in seconds: what can be seen again, and up to where.
  function range() {
    if (line.isLive()) {
      const from = hls ? details().fragmentStart : video.seekable.length && video.seekable.start(0)
      return { from, to: Math.max(from, line.edge() ?? from) }
    }
    return Number.isFinite(video.duration) ? { from: 0, to: video.duration } : null
  }

  function seek(position) {
    const within = range()
    if (!within) return
    if (line.isLive() && position > within.to - 1) return toLive()
    follows = false
    keeper?.release()
    video.currentTime = Math.min(Math.max(position, within.from), within.to)
  }

  return {
    load,
    play,
    pause() {
      isPaused = true
      follows = false
      video.pause()
    },
    // Called when there should be a picture now: a wait for the next try ends.
    hurry: () => timer !== null && load(wanted),
    unload() {
      run += 1
      unload()
    },
    date,
    range,
    seek,
    toLive() {
      toLive()
      play()
    },
    isLive: line.isLive,
    follows: line.follows,
    // Seconds that are still to come of what there is, once there is something.
    behind: () => Math.max(0, line.isLive() ? line.behind() : video.duration - video.currentTime || 0),
    dateAt: (position) => dateAt(position, stretches()),
    positionAt: (moment) => positionAt(moment, stretches()),
    hasDates: () => stretches().length > 0,
    // Qualities as {index, lines}, of the shorter side; -1 lets the line decide.
    qualities: () =>
      (hls?.levels ?? []).map(({ width, height }, index) => ({
        index,
        lines: Math.min(width, height),
      })),
    quality: () => (!hls || hls.autoLevelEnabled ? -1 : hls.nextLevel),
    setQuality: (index) => hls && (hls.nextLevel = index),
  }
}
