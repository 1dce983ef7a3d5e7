// Low latency, or a steadier picture a few seconds later: how often the picture stood still decides.
const STALLS = 3 // of which each counts for
const WINDOW = 30_000 // ms
const CALM = 120_000 // ms without one, until low latency is tried again; doubled each time it fails
const LONGEST = 960_000

export function makeSteady(now = Date.now) {
  let stalls = []
  let since = null // the newest stall, while the picture is the steadier one
  let calm = CALM

  return {
    isLow: () => since === null,
    // The picture stood still; true when that was once too often.
    stalled() {
      if (since !== null) {
        since = now()
        return false
      }
      stalls = [...stalls.filter((at) => now() - at < WINDOW), now()]
      if (stalls.length < STALLS) return false
      since = now()
      stalls = []
      return true
    },
    // True once, when it has been calm for long enough.
    calmed() {
      if (since === null || now() - since < calm) return false
      since = null
      calm = Math.min(2 * calm, LONGEST)
      return true
    },
  }
}
