// Sends a camera's stream to the ingest socket. Each connection is a take of its own: after a
// lost or crowded line it starts anew instead of growing an ever older queue.

const KINDS = [
  "video/webm;codecs=h264,opus",
  "video/webm;codecs=vp8,opus",
  "video/webm;codecs=vp9,opus",
  "video/webm",
]
const SLICE = 100 // ms
const MAX_CHUNK = 1024 * 1024 // bytes in one frame
const MAX_WAITING = 2 * 1024 * 1024 // bytes not sent yet: about six seconds behind
const DONE = 1000 // close code: nothing more is wanted
const LINGERING = 30 // seconds in which the take before may still count as publishing
const FINAL = new Set(["not_allowed", "show_not_live", "not_a_video", "no_key_frames"])

export const format = () =>
  globalThis.MediaRecorder && KINDS.find((kind) => MediaRecorder.isTypeSupported(kind))

// tell(name, detail): "connecting" | "live" | "health" | "lost" | "stopped" | "refused"
export function openPublisher(address, stream, tell, { bitrate = 2_500_000 } = {}) {
  const url = new URL(address, location.href)
  url.protocol = url.protocol.replace("http", "ws")
  let socket = null
  let recorder = null
  let retry = 0
  let tries = 0
  let wasLiveAt = 0
  let isWanted = true
  const dropped = new WeakSet() // lines we gave up ourselves, whatever code comes back

  function drop(line) {
    if (!line) return
    dropped.add(line)
    line.close(4000)
  }

  function connect() {
    tell("connecting")
    const line = new WebSocket(url)
    line.binaryType = "arraybuffer"
    socket = line
    line.onopen = () => line.send(JSON.stringify({ type: "studio.start" }))
    line.onmessage = ({ data }) => {
      const frame = JSON.parse(data)
      if (frame.type === "studio.ready") record(line)
      else if (frame.type === "studio.health") tell("health", frame)
      else if (frame.type === "error") refused(frame)
    }
    line.onclose = ({ code }) => closed(line, code)
  }

  function record(line) {
    tries = 0
    recorder = new MediaRecorder(stream, {
      mimeType: format(),
      videoBitsPerSecond: bitrate,
      audioBitsPerSecond: 128_000,
      videoKeyFrameIntervalDuration: 1000,
    })
    recorder.ondataavailable = ({ data }) => push(line, data)
    recorder.onerror = () => drop(line)
    recorder.start(SLICE)
    wasLiveAt = Date.now()
    tell("live")
  }

  function push(line, blob) {
    if (line.readyState !== WebSocket.OPEN || !blob.size) return
    wasLiveAt = Date.now()
    if (line.bufferedAmount > MAX_WAITING) {
      drop(line) // too slow: what waits is let go, a new take begins
      return
    }
    for (let from = 0; from < blob.size; from += MAX_CHUNK) {
      line.send(blob.slice(from, from + MAX_CHUNK))
    }
  }

  function refused(frame) {
    const isOurs = Date.now() - wasLiveAt < LINGERING * 1000
    if (frame.code === "already_publishing" && isOurs) return // our own take before: come back
    if (FINAL.has(frame.code) || frame.code === "already_publishing") {
      isWanted = false
      tell("refused", frame)
    }
  }

  function closed(line, code) {
    if (line !== socket) return
    socket = null
    quiet()
    if (!isWanted) return
    if (code === DONE && !dropped.has(line)) {
      isWanted = false
      tell("stopped") // the show was ended elsewhere
      return
    }
    tell("lost")
    tries += 1
    const pause = Math.min(500 * 2 ** tries, 8000) * (0.5 + Math.random() / 2)
    retry = setTimeout(connect, pause)
  }

  function quiet() {
    if (recorder && recorder.state !== "inactive") {
      recorder.ondataavailable = null
      recorder.stop()
    }
    recorder = null
  }

  connect()
  return {
    get waiting() {
      return socket?.bufferedAmount ?? 0 // bytes
    },
    // Another camera or microphone: the codec's header changes, so it is another take.
    replace(next) {
      stream = next
      if (recorder) drop(socket)
    },
    stop() {
      isWanted = false
      clearTimeout(retry)
      const line = socket
      if (!line || !recorder || recorder.state === "inactive") {
        line?.close(1000)
        tell("stopped")
        return
      }
      recorder.onstop = () => {
        // The last slice goes out before this: the take ends whole.
        if (line.readyState === WebSocket.OPEN) line.send(JSON.stringify({ type: "studio.stop" }))
        setTimeout(() => line.close(1000), 3000)
        tell("stopped")
      }
      recorder.stop()
    },
  }
}
