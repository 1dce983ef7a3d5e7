// A list as it stands now. A row stays the same element while its thing stays, so that
// nobody loses focus because somebody else did something.
import { clone } from "fill"

export function drawRows(list, things, { template, key, draw }) {
  const focused = list.contains(document.activeElement) ? document.activeElement : null
  const place = [...list.children].findIndex((row) => row.contains(focused))
  const known = new Map([...list.children].map((row) => [row.dataset.key, row]))
  const rows = things.map((thing) => {
    const row = known.get(String(key(thing))) ?? clone(template)
    row.dataset.key = key(thing)
    draw(row, thing)
    return row
  })
  for (const row of known.values()) if (!rows.includes(row)) row.remove()
  rows.forEach((row, at) => {
    if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null)
  })
  if (focused) refocus(list, focused, place)
}

function refocus(list, focused, place) {
  if (document.activeElement === focused) return
  const next = list.children[Math.min(place, list.childElementCount - 1)]
  const heir = focused.isConnected ? focused : next?.querySelector("button:not([hidden])")
  heir?.focus({ preventScroll: true })
}
