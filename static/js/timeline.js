// A replay reads the room log by the video's own clock, in both directions.

// What was on screen and said at any moment. Facts are {type, at, data} in the order of the log.
export function makeTimeline(facts) {
  const timed = facts.map((fact) => ({ ...fact, time: Date.parse(fact.at) }))
  const hidden = new Set(
    timed.filter(({ type }) => type === "chat.hidden").map(({ data }) => data.seq),
  )
  const chat = timed
    .filter(({ type, seq, data }) => type === "chat.posted" && !data.hidden && !hidden.has(seq))
    .sort((a, b) => a.time - b.time)
  const pins = []
  for (const fact of timed) {
    if (fact.type === "pin.opened") pins.push({ card: fact.data, from: fact.time, to: Infinity })
    if (fact.type === "pin.closed") {
      const open = pins.find(({ card }) => card.pin === fact.data.pin)
      if (open) open.to = fact.time
    }
  }

  return {
    pins,
    // The messages said up to this moment: how many, and which (the newest `limit` of them).
    chatAt(time, limit = 50) {
      const count = firstAfter(chat, time)
      return { count, lines: chat.slice(Math.max(0, count - limit), count) }
    },
    chatBetween: (from, to) => chat.slice(from, to),
    pinAt: (time) => pins.findLast(({ from, to }) => from <= time && time < to)?.card ?? null,
  }
}

// How many of these sorted facts had happened at `time`.
function firstAfter(sorted, time) {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle].time <= time) low = middle + 1
    else high = middle
  }
  return low
}

// The wall clock of a position in the video. Stretches are {start, duration, date}, in order:
// seconds of video, and the date (ms) of the first frame. Between two takes no time passes.
export function dateAt(position, stretches) {
  const found = stretches.findLast(({ start }) => start <= position) ?? stretches[0]
  return found ? found.date + (position - found.start) * 1000 : null
}

// The position that shows a moment; when nothing was filmed then, the next thing that was.
export function positionAt(date, stretches) {
  for (const { start, duration, date: from } of stretches) {
    if (date < from) return start
    if (date < from + duration * 1000) return start + (date - from) / 1000
  }
  const last = stretches.at(-1)
  return last ? last.start + last.duration : 0
}
