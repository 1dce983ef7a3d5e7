// The server's time, from the Date header of its answers: holds and countdowns end by it.
const SECOND = 1000

export function makeClock(now = Date.now) {
  let offset = 0
  let tightest = Infinity

  return {
    now: () => now() + offset,
    // The header is cut to the second, so its middle is the best guess; quick answers are trusted.
    hear(header, sentAt) {
      const told = Date.parse(header)
      const took = now() - sentAt
      if (Number.isNaN(told) || took > tightest) return
      tightest = took
      const guess = told + SECOND / 2 + took / 2 - now()
      offset = Math.abs(guess) < 2 * SECOND ? 0 : guess
    },
  }
}

export const clock = makeClock()
