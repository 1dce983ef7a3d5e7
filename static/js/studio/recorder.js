// Camera and microphone as bytes: what MediaRecorder makes, in slices that leave at once.
const KINDS = [
  "video/webm;codecs=h264,opus",
  "video/x-matroska;codecs=avc1,opus",
  "video/webm;codecs=vp8,opus",
  "video/webm;codecs=vp9,opus",
  "video/webm",
]
const SLICE = 100 // ms
const SOUND = 128_000 // bit/s
const KEY_FRAMES = 1000 // ms

// The format that this browser records and the server reads; null if there is none.
export const format = () =>
  KINDS.find((kind) => globalThis.MediaRecorder?.isTypeSupported(kind)) ?? null

// begun() when the first frame is taken, data(slice) with every slice. finish(done) gives out the
// last slice before it calls done. Throws when the stream cannot be recorded.
export function makeRecorder(stream, bitrate, { begun, data, failed }) {
  const recorder = new MediaRecorder(stream, {
    mimeType: format(),
    videoBitsPerSecond: bitrate,
    audioBitsPerSecond: SOUND,
    videoKeyFrameIntervalDuration: KEY_FRAMES,
  })
  recorder.onstart = begun
  recorder.ondataavailable = ({ data: slice }) => slice.size && data(slice)
  recorder.onerror = failed
  recorder.start(SLICE)

  return {
    finish(done) {
      if (recorder.state === "inactive") return done()
      recorder.onstop = done
      recorder.stop()
    },
    drop() {
      recorder.ondataavailable = recorder.onstop = recorder.onerror = null
      if (recorder.state !== "inactive") recorder.stop()
    },
  }
}
