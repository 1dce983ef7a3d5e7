// Taps on a reaction, summed and sent at most once a second; and how many of the room's are others'.
const [EVERY, MOST] = [1100, 20] // ms between two frames; what one frame may carry

export function makeTally(send, { later = setTimeout } = {}) {
  const waiting = new Map() // kind → taps not sent yet
  const mine = new Map() // kind → taps that the room's level does not show yet
  let isResting = false

  const add = (map, kind, count) => map.set(kind, (map.get(kind) ?? 0) + count)

  function flush() {
    const [kind, taps] = waiting.entries().next().value
    const count = Math.min(taps, MOST)
    waiting.delete(kind)
    if (taps > count) waiting.set(kind, taps - count)
    if (!send({ type: "room.react", kind, count })) {
      waiting.clear()
      return mine.clear()
    }
    isResting = true
    later(() => {
      isResting = false
      if (waiting.size) flush()
    }, EVERY)
  }

  return {
    tap(kind) {
      add(waiting, kind, 1)
      add(mine, kind, 1)
      if (!isResting) flush()
    },
    // {kind: how many the others gave} between two levels of the room.
    others(now, before) {
      const given = {}
      if (before === null) {
        mine.clear()
        return given
      }
      for (const [kind, count] of Object.entries(now)) {
        const more = Math.max(0, count - (before[kind] ?? 0))
        const own = Math.min(more, mine.get(kind) ?? 0)
        add(mine, kind, -own)
        if (more > own) given[kind] = more - own
      }
      return given
    },
  }
}
