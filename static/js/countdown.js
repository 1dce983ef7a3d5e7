// Time that is left, as numbers and as words.
const SECOND = 1000

export function left(until, now) {
  const seconds = Math.max(0, Math.ceil((until - now) / SECOND))
  return {
    days: Math.floor(seconds / 86_400),
    hours: Math.floor(seconds / 3600) % 24,
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
    isOver: seconds === 0,
  }
}

// 75 → "1:15", 3675 → "1:01:15".
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds))
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const shown = parts[0] ? parts : parts.slice(1)
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":")
}

// Calls draw(left) now and with every second until it is over; returns what stops it.
export function countdown(until, draw, now = Date.now) {
  let timer = null
  const tick = () => {
    const rest = left(until, now())
    draw(rest)
    const past = (((now() - until) % SECOND) + SECOND) % SECOND // since the last full second
    timer = rest.isOver ? null : setTimeout(tick, SECOND - past)
  }
  tick()
  return () => clearTimeout(timer)
}
