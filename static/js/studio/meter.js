// The level of the microphone, and for how long it has been silent.
import { makeGauge, makeSilence } from "silence"
import { find } from "studio/page"

const FLOOR = -60 // dB of full scale: the meter's left end
const LOUD = 0.02 // clearly somebody
const silence = makeSilence()
let context = null
let gauge = null

export const meter = {
  wasHeard: false,
  // Seconds; a context that waits for a tap hears nothing and knows nothing.
  silentFor: () => (context?.state === "running" ? silence.seconds() : 0),
  forget: silence.forget,
}

export function listen(stream) {
  context?.close()
  context = gauge = null
  silence.forget()
  if (!stream?.getAudioTracks().length) return
  context = new AudioContext()
  const analyser = context.createAnalyser()
  analyser.fftSize = 2048
  context.createMediaStreamSource(stream).connect(analyser)
  gauge = makeGauge(analyser)
}

export function drawLevel() {
  const level = gauge?.() ?? 0
  silence.hear(level)
  if (level > LOUD) meter.wasHeard = true
  const decibel = 20 * Math.log10(Math.max(level, 1e-6))
  find("[data-level]").value = Math.max(0, 1 - decibel / FLOOR)
}

addEventListener("click", () => context?.resume())
addEventListener("keydown", () => context?.resume())
