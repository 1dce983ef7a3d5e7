// Between the positions of a video and the wall clock of its frames.

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
