// Keeps one who watches live at the live edge: waits for a reserve when the picture has run dry,
// jumps over holes, makes up for lost time, and calls for help when nothing moves any more.
import { makeSteady } from "player/steady"

const SPARE = 0.5 // seconds that are to be left when the next piece comes
const MOST = 4 // such seconds, after the picture ran dry again and again
const TOO_FAR = { low: 3, plain: 20 } // seconds over the target, until one is brought forward
const CALM = 6000 // ms since the picture ran dry; a jump would throw its reserve away
const STUCK = 8000 // ms
const SILENT = 15_000 // ms without news, though there should be some
export const TICK = 200 // ms

// line: {isLive, isLow, follows, behind, target, piece, age, end, take}, as the player knows them;
// conclude() says that nothing comes after what is there.
// setLow(isLow, cause) gives low latency up, and tries it again.
export function makeKeeper({ video, line, expects, toLive, setLow, reload, now = Date.now }) {
  const steady = makeSteady(now)
  let isHeld = false
  let dryTake = null // of the picture that ran dry
  let driedAt = -Infinity
  let spare = SPARE
  let came = null // the newest piece, while it is held: {end, at}
  let moved = { to: -1, end: -1, at: now() }

  const rangeAt = (position) => {
    for (let index = 0; index < video.buffered.length; index += 1) {
      const [start, end] = [video.buffered.start(index), video.buffered.end(index)]
      if (end > position + 0.05) return { start, end }
    }
    return null
  }

  function ahead() {
    const range = rangeAt(video.currentTime)
    return range && range.start <= video.currentTime + 0.05 ? range.end - video.currentTime : 0
  }

  // Pieces come one at a time: what counts is how much is left when the next one comes.
  function isEnough(left) {
    const end = video.currentTime + left
    if (!came || Math.abs(end - came.end) > 0.05) came = { end, at: now() }
    const since = Math.min((now() - came.at) / 1000, line.piece())
    return left + since >= line.piece() + spare
  }

  function hold() {
    if (isHeld) return
    isHeld = true
    came = null
    video.playbackRate = 0 // pausing would tell everyone; hls.js leaves a rate of 0 alone
  }

  function release() {
    if (isHeld) video.playbackRate = 1
    isHeld = false
  }

  // The picture has nothing to show. Who looks back has a reserve of his own.
  function dry() {
    driedAt = now()
    if (!line.isLive() || video.seeking || video.paused || moved.to <= 0) return
    dryTake ??= line.take(video.currentTime)
    if (line.follows() && ahead() < 0.2) hold()
  }

  const mode = () => (line.isLow() ? "low" : "plain")

  // It moves again: a stall of the line, unless it was the host who was away.
  function wet() {
    if (dryTake !== null && dryTake === line.take(video.currentTime + 0.3)) stalled()
    dryTake = null
  }

  function stalled() {
    if (globalThis.document?.hidden) return
    if (!line.isLow()) spare = Math.min(2 * spare, MOST)
    if (!steady.stalled()) return
    // Did the line bring too late what was there, or was there nothing more to bring?
    moved.at = now() // whole segments take longer to come
    setLow(false, line.end() - video.currentTime > line.target() ? "line" : "host")
  }

  // hls.js (1.7) does not notice the end of a recording whose takes leave small holes.
  function conclude() {
    const left = ahead()
    const isLast = Math.abs(video.currentTime + left - line.end()) < 0.1
    if (isLast && left < 0.5 && !video.ended) line.conclude()
  }

  function tick() {
    if (steady.calmed()) {
      spare = SPARE
      setLow(true, null)
    }
    if (!line.isLive()) {
      release()
      return conclude()
    }
    if (video.paused || video.seeking) return (moved.at = now())
    const left = ahead()
    // While it waits for a reserve, that the reserve grows is movement enough.
    const end = isHeld ? left : moved.end
    if (video.currentTime !== moved.to || end !== moved.end) {
      moved = { to: video.currentTime, end, at: now() }
    }
    const next = left < 0.1 && rangeAt(video.currentTime)
    if (next && next.start > video.currentTime) return (video.currentTime = next.start + 0.01)
    if (isHeld && isEnough(left)) release()
    if (!isHeld && left > 0.3) wet()
    const isFresh = line.age() < 3
    const isLate = line.follows() && line.behind() > line.target() + TOO_FAR[mode()]
    if (isLate && isFresh && now() - driedAt > CALM) toLive()
    if (!isFresh && !expects()) moved.at = now() // the host is away: nothing can move
    const still = now() - moved.at
    if (still > STUCK && (isFresh || (expects() && still > SILENT))) {
      moved.at = now()
      reload()
    }
  }

  return {
    tick,
    dry,
    release,
    // A new load: nothing has been shown of it yet.
    reset() {
      release()
      dryTake = null
      moved = { to: -1, end: -1, at: now() }
    },
  }
}
