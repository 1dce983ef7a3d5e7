// Listens to the monitor, aloud or not. Browsers let a page hear only after a first tap or key.
import { makeGauge, makeSilence } from "silence"

export function makeEar(video) {
  const silence = makeSilence()
  let context = null
  let volume = null
  let gauge = null
  let isAloud = false

  // The way through the context is for ever: a picture whose context stands still would, too.
  async function open() {
    if (context) return
    context = new AudioContext()
    await context.resume()
    const [source, analyser] = [context.createMediaElementSource(video), context.createAnalyser()]
    analyser.fftSize = 2048
    volume = context.createGain()
    volume.gain.value = isAloud ? 1 : 0
    source.connect(analyser)
    source.connect(volume).connect(context.destination)
    gauge = makeGauge(analyser)
    silence.forget()
    video.muted = false
  }

  addEventListener("click", open, { once: true })
  addEventListener("keydown", open, { once: true })
  setInterval(() => {
    if (!gauge) return
    if (context.state !== "running" || video.paused || video.readyState < 3) silence.forget()
    else silence.hear(gauge())
  }, 200)

  return {
    silent: () => (gauge ? silence.seconds() : null), // seconds
    setAloud(wanted) {
      isAloud = wanted
      if (volume) volume.gain.value = wanted ? 1 : 0
    },
  }
}
