// The line to the ingest socket (docs/protocol.md): one take for each connection. A line that is
// lost begins the next take by itself; who was replaced, refused or ended waits to be asked.
import { pause } from "room/socket"
import { makeLag } from "studio/lag"

const OPEN = 1 // WebSocket.OPEN
const MAX_CHUNK = 1024 * 1024 // bytes in one frame
const LONGEST_PAUSE = 8000 // ms; everybody waits for the one who sends
const LINGERING = 15_000 // ms in which our own take before may still count as somebody else
const PATIENCE = 4000 // ms for a take that was cut to be over
const [DONE, REPLACED] = [1000, 4409]
const DROPPED = [1001, 1005, 1006, 1012, 1013] // come back by yourself

// What a close means: "again", "stopped", "replaced", "rival" or "refused".
export function verdict(code, refusal, isOurs) {
  if (refusal === "taken_over" || code === REPLACED) return "replaced"
  if (refusal === "already_publishing") return isOurs ? "again" : "rival"
  if (code === DONE) return "stopped"
  return DROPPED.includes(code) ? "again" : "refused"
}

// dial() opens a socket; record(bitrate, {begun, data, failed}) starts a recorder and answers
// {finish(done), drop()}; quality is makeQuality(). tell(name, detail) hears: connecting, live,
// health (the server's frame), changing {why, bitrate}, lost {code, detail}, rival, replaced,
// refused {code, detail}, stopped.
export function makeUplink({
  dial,
  record,
  quality,
  tell,
  now = Date.now,
  later = setTimeout,
  random = Math.random,
}) {
  let take = null // the connection in use and what is known of it
  let retry = null
  let tries = 0
  let sentAt = -Infinity
  let isWanted = false
  let takesOver = false

  function connect() {
    clearTimeout(retry)
    retry = null
    tell("connecting")
    const line = dial()
    const mine = { line, dialledAt: now(), openedAt: 0, recorder: null, lag: makeLag(now) }
    take = mine
    line.onopen = () => {
      mine.openedAt = now()
      send(mine, { type: "studio.start", ...(takesOver && { take_over: true }) })
    }
    line.onmessage = ({ data }) => mine === take && heard(mine, JSON.parse(data))
    line.onclose = ({ code }) => mine === take && closed(mine, code)
  }

  function send({ line }, frame) {
    if (line.readyState === OPEN) line.send(JSON.stringify(frame))
  }

  function heard(mine, frame) {
    if (frame.type === "studio.ready") {
      takesOver = false
      begin(mine, Date.parse(frame.at))
    } else if (frame.type === "studio.health") {
      tries = 0
      if (!mine.hasPicture) tell("live")
      mine.hasPicture = true
      tell("health", frame)
    } else if (frame.type === "error" && frame.code !== "bad_frame") mine.refusal = frame
  }

  function begin(mine, at) {
    // Half the way there and back. The server may have been busy before it answered; a handshake
    // is two round trips and no work.
    const half = Math.min((now() - mine.openedAt) / 2, (mine.openedAt - mine.dialledAt) / 4)
    const ahead = at + half - now()
    quality.begin()
    const stamp = () => new Date(now() + ahead).toISOString()
    try {
      mine.recorder = record(quality.bitrate(), {
        begun: () => send(mine, { type: "studio.began", at: stamp() }),
        data: (slice) => push(mine, slice),
        failed: () => mine === take && cut("device"),
      })
    } catch (error) {
      leave()
      isWanted = false
      tell("refused", { code: "recorder", detail: error.message })
    }
  }

  function push(mine, slice) {
    const { line, lag } = mine
    if (line.readyState !== OPEN) return
    sentAt = now()
    lag.put(slice.size)
    for (let from = 0; from < slice.size; from += MAX_CHUNK) {
      line.send(slice.slice(from, from + MAX_CHUNK))
    }
    if (mine !== take || mine.isCut) return
    const change = quality.hear(lag.behind(line.bufferedAmount))
    if (change) cut(change)
  }

  // Ends the take whole. The next one begins when it is over, or when that takes too long.
  function cut(why) {
    const mine = take
    if (!mine?.recorder || mine.isCut) return
    mine.isCut = true
    tell("changing", { why, bitrate: quality.bitrate() })
    finish(mine)
    later(() => {
      if (mine !== take) return
      leave()
      connect()
    }, PATIENCE)
  }

  function finish(mine) {
    mine.recorder.finish(() => send(mine, { type: "studio.stop" }))
  }

  function closed({ recorder, refusal, isCut }, code) {
    take = null
    recorder?.drop()
    const outcome = verdict(code, refusal?.code, now() - sentAt < LINGERING)
    if (isCut && ["stopped", "again"].includes(outcome)) return connect()
    if (outcome === "again") {
      tell("lost", { code: refusal?.code, detail: refusal?.detail })
      const after = Math.min(pause(tries, undefined, random), LONGEST_PAUSE)
      retry = later(() => isWanted && connect(), after)
      tries += 1
      return
    }
    isWanted = false
    tell(outcome, { code: refusal?.code ?? String(code), detail: refusal?.detail })
  }

  function leave() {
    const { line, recorder } = take
    take = null
    recorder?.drop()
    line.close(DONE)
  }

  return {
    isOn: () => isWanted,
    waiting: () => take?.line.bufferedAmount ?? 0, // bytes
    start({ takeOver = false } = {}) {
      if (isWanted) return
      isWanted = true
      takesOver = takeOver
      tries = 0
      connect()
    },
    // Another camera, microphone or bitrate: the codec's header changes, so it is another take.
    renew: cut,
    // The line may be there again: wait no longer.
    hurry: () => retry !== null && connect(),
    stop() {
      if (!isWanted) return
      isWanted = false
      clearTimeout(retry)
      retry = null
      if (take?.recorder) {
        const { line } = take
        if (!take.isCut) finish(take)
        later(() => line.close(DONE), PATIENCE)
      } else take?.line.close(DONE)
      take = null
      tell("stopped")
    },
  }
}
