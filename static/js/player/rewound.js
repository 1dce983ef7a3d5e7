// The pinned card of one who looks back while the show is live: by the picture, from the room log.
import { factsSince } from "facts"
import { makeTimeline } from "timeline"

const MARGIN = 600_000 // ms before the oldest picture: what was pinned then may still have been

export function makeRewound({ slug, player, pinCard, goods }) {
  let facts = null
  let heard = [] // while the log is being fetched, and after
  let timeline = null
  let isOn = false

  const read = () => (timeline = makeTimeline([...(facts ?? []), ...heard]))

  async function fetchLog() {
    const range = player.range()
    const from = range && player.dateAt(range.from)
    if (!from) return
    facts = []
    const fetched = await factsSince(slug, from - MARGIN).catch(() => null)
    if (!fetched) return (facts = null)
    facts = fetched
    const newest = fetched.at(-1)?.seq ?? 0
    heard = heard.filter(({ seq }) => seq > newest)
    read()
  }

  function run() {
    if (!facts) fetchLog()
    const date = player.date()
    if (!timeline || date === null) return
    const pin = timeline.pinAt(date)
    if ((pinCard.shown()?.pin ?? null) === (pin?.pin ?? null)) return
    pinCard.draw(pin && goods.item(pin.item) ? { pin: pin.pin, item: pin.item } : null)
  }

  return {
    run() {
      isOn = true
      run()
    },
    stop: () => (isOn = false),
    isOn: () => isOn,
    hear(fact) {
      heard.push(fact)
      if (timeline) read()
    },
  }
}
