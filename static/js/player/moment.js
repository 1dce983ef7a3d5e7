// A moment of a replay as the address of the page names it: ?t=90, ?t=90s, ?t=1m30s, ?t=1h2m.
const NAMED = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/

// Seconds, or null for what is no moment.
export function readMoment(search) {
  const given = new URLSearchParams(search).get("t")
  const found = given && NAMED.exec(given)
  if (!found) return null
  const [hours, minutes, rest] = found.slice(1).map((part) => Number(part ?? 0))
  return 3600 * hours + 60 * minutes + rest
}

export function linkTo(address, position) {
  const link = new URL(address)
  link.hash = ""
  link.searchParams.set("t", Math.max(0, Math.floor(position)))
  return link.href
}
