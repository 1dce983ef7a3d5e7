// Drops: numbers that are hidden until a time. At that time the shelf is fetched anew.
import { clock } from "clock"
import { span } from "countdown"

const [SOONEST, SPREAD] = [800, 2000] // ms: a room does not ask in the same moment

// draw([{drop, in}]) shows the lines; refresh() answers what is still hidden then.
export function makeDrops({
  draw,
  refresh,
  now = clock.now,
  later = setTimeout,
  random = Math.random,
}) {
  let drops = []
  let timer = null
  let isAsking = false

  function look() {
    timer = null
    draw(
      drops.map(({ number, reveal_at: at }) => {
        const seconds = Math.ceil((Date.parse(at) - now()) / 1000)
        return { drop: `No. ${number}`, in: seconds > 0 ? `drops in ${span(seconds)}` : "is here" }
      }),
    )
    if (drops.some(({ reveal_at: at }) => Date.parse(at) <= now())) ask()
    if (drops.length) timer = later(look, 1000 - (now() % 1000))
  }

  function ask() {
    if (isAsking) return
    isAsking = true
    later(async () => {
      const hidden = await refresh()
      isAsking = false
      if (hidden) become(hidden)
    }, SOONEST + SPREAD * random())
  }

  function become(fresh) {
    drops = fresh
    if (timer === null) look()
  }

  return {
    handlers: {
      "room.snapshot": ({ drops: fresh = [] }) => become(fresh),
      "show.ended": () => become([]),
    },
  }
}
