// Small pictures of a replay: a WebVTT names for each stretch a part of a larger picture.
const CUE = /^([\d:.]+)\s+-->\s+([\d:.]+)/
const PLACE = /^(.*)#xywh=(\d+),(\d+),(\d+),(\d+)$/

// [{from, to, url, x, y, w, h}], seconds and pixels.
export function readStoryboard(text, base) {
  const cues = []
  let times = null
  for (const line of text.split(/\r?\n/)) {
    const timed = CUE.exec(line)
    const placed = times && PLACE.exec(line)
    if (timed) times = [seconds(timed[1]), seconds(timed[2])]
    if (!placed) continue
    const [x, y, w, h] = placed.slice(2).map(Number)
    cues.push({ from: times[0], to: times[1], url: new URL(placed[1], base).href, x, y, w, h })
    times = null
  }
  return cues
}

export async function fetchStoryboard(address) {
  const answer = await fetch(address).catch(() => null)
  const cues = answer?.ok ? readStoryboard(await answer.text(), answer.url) : []
  const at = (position) =>
    cues.find(({ from, to }) => from <= position && position < to) ?? cues.at(-1)

  // Draws the picture of a position into an element as wide as `width` pixels; false without one.
  return function draw(element, position, width) {
    const cue = at(position)
    element.hidden = !cue
    if (!cue) return false
    const scale = width / cue.w
    Object.assign(element.style, {
      inlineSize: `${cue.w}px`,
      blockSize: `${cue.h}px`,
      zoom: scale,
      backgroundImage: `url("${cue.url}")`,
      backgroundPosition: `-${cue.x}px -${cue.y}px`,
    })
    return true
  }
}

function seconds(stamp) {
  return stamp.split(":").reduce((sum, part) => 60 * sum + Number(part), 0)
}
