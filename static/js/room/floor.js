// Whether one may speak now, and what the field says if not.
const SECOND = 1000
const DAY = 86_400 * SECOND

const clockWords = (moment, now) =>
  new Date(moment).toLocaleTimeString(undefined, {
    hour: "numeric",
    minute: "2-digit",
    weekday: moment - now > DAY / 2 ? "short" : undefined,
  })

// {isClosed: the field is shut, wait: ms until one may send again, words: or null for the usual}
export function floor({ standing, rules, isStaff, saidAt = -Infinity, now }, tell = clockWords) {
  if (standing?.is_banned) return { isClosed: true, wait: Infinity, words: "You cannot write here" }
  const muted = (Date.parse(standing?.muted_until) || 0) - now
  if (muted > 0) {
    return { isClosed: true, wait: muted, words: `Muted until ${tell(now + muted, now)}` }
  }
  const slow = isStaff ? 0 : saidAt + (rules?.slow_seconds ?? 0) * SECOND - now
  if (slow > 0) {
    return { isClosed: false, wait: slow, words: `Again in ${Math.ceil(slow / SECOND)} s` }
  }
  return { isClosed: false, wait: 0, words: null }
}

// What the rules of the room are, a sentence for each that is on.
export function ruleWords({ slow_seconds, no_links, holds_first }) {
  return [
    slow_seconds && `Slow mode: one message every ${slow_seconds} seconds.`,
    no_links && "Links cannot be sent in this chat.",
    holds_first && "A first message is looked at by a moderator before it is shown.",
  ].filter(Boolean)
}
