// Levels: how much of something there is now. Only the newest counts, a lost one does no harm.
const NAMES = ["viewers", "stock", "deals_left", "reactions", "votes", "poll_counts"]

// watch(name, heard): heard(value, before) with the whole value. A snapshot and levels that say
// is_whole replace what was known, and before is null; others hold only what changed.
export function makeLevels() {
  const known = {}
  const watchers = {}

  function take(frame, isWhole) {
    for (const name of NAMES) {
      if (!(name in frame)) continue
      const before = isWhole ? null : known[name] ?? null
      const isMap = typeof frame[name] === "object"
      known[name] = isMap ? { ...before, ...frame[name] } : frame[name]
      for (const heard of watchers[name] ?? []) heard(known[name], before)
    }
  }

  return {
    handlers: {
      "room.snapshot": (frame) => take(frame, true),
      "room.levels": (frame) => take(frame, frame.is_whole === true),
    },
    watch: (name, heard) => (watchers[name] ??= []).push(heard),
    get: (name) => known[name] ?? null,
  }
}
