// Which bitrate the line carries: down in steps while too much waits, up after a long calm.
// A recorder cannot change its bitrate, so each change is a new take: a cut that viewers see.
export const STEPS = [2_500_000, 1_500_000, 800_000] // bit/s, best first
const BEHIND = 1.5 // seconds of picture that wait to be sent: too much for this line
const HOPELESS = 6 // seconds; what waits is let go
const EASY = 0.3 // seconds; with no more than that the line is at ease
const PAUSE = 10_000 // ms between two changes
const CALM = 60_000 // ms at ease until a better picture is tried; doubled each time it fails
const LONGEST = 960_000

export function makeQuality(now = Date.now) {
  let best = 0
  let step = 0
  let calm = CALM
  let changedAt = -Infinity
  let uneasyAt = now()
  let wasRaised = false

  function move(to) {
    const failed = wasRaised && to > step
    if (failed) calm = Math.min(2 * calm, LONGEST)
    wasRaised = to < step
    step = to
    changedAt = uneasyAt = now()
  }

  return {
    bitrate: () => STEPS[step],
    isLowered: () => step > best,
    // What the host wants at most.
    choose(bitrate) {
      best = Math.max(0, STEPS.indexOf(bitrate))
      step = best
      calm = CALM
      wasRaised = false
      changedAt = uneasyAt = now()
    },
    // A take begins: calm is counted from here.
    begin() {
      uneasyAt = now()
    },
    // `behind`: seconds of picture that wait. Answers what has to change: "slower", "better",
    // "skip" (the same bitrate without what waits), or null.
    hear(behind) {
      if (behind > EASY) uneasyAt = now()
      if (now() - changedAt < PAUSE) return null
      if (behind > BEHIND && step < STEPS.length - 1) {
        move(step + 1)
        return "slower"
      }
      if (behind > HOPELESS) {
        move(step)
        return "skip"
      }
      if (step > best && now() - uneasyAt >= calm) {
        move(step - 1)
        return "better"
      }
      return null
    },
  }
}
