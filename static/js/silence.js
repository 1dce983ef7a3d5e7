// For how long nothing was to be heard, from levels between 0 and 1.
export const LONG_SILENCE = 10 // seconds
const QUIET = 0.002 // −54 dB of full scale: less is no voice

export function makeSilence(now = Date.now) {
  let heardAt = now()

  return {
    hear(level) {
      if (level > QUIET) heardAt = now()
    },
    seconds: () => (now() - heardAt) / 1000,
    forget: () => (heardAt = now()),
  }
}

// The loudest of the samples an analyser has now.
export function makeGauge(analyser) {
  const samples = new Float32Array(analyser.fftSize)
  return () => {
    analyser.getFloatTimeDomainData(samples)
    return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
  }
}
