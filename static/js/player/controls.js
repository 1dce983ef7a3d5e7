// What lies over the picture for one who wants more of it: the bar, its small pictures, the menu.
import { span } from "countdown"
import { fill } from "fill"
import { makeBar } from "player/bar"
import { makeMenu } from "player/menu"

const WIDTH = 120 // pixels of a small picture

export function makeControls({ page, video, player, sheet, toast, read, thumbs }) {
  const find = (selector) => page.querySelector(selector)
  const root = find("[data-controls]")
  const bubble = find("[data-thumb]")
  const note = find("[data-behind-note]")
  let wasBehind = false

  // What is at a position of the bar, above it; null puts it away.
  function preview(position) {
    bubble.hidden = position === null
    const range = player.range()
    if (position === null || !range || range.to <= range.from) return (bubble.hidden = true)
    const share = (position - range.from) / (range.to - range.from)
    bubble.style.setProperty("--at", Math.min(Math.max(share, 0), 1))
    const behind = range.to - position
    fill(bubble, { "thumb-time": player.isLive() ? `−${span(behind)}` : span(position) })
    const draw = page.dataset.status === "ended" && thumbs()
    const frame = bubble.querySelector("[data-frame]")
    if (draw) draw(frame, position, WIDTH)
    else frame.hidden = true
  }

  // Who looks back hears once that the talk does not.
  function tellBehind() {
    const isBehind = page.hasAttribute("data-behind")
    if (isBehind === wasBehind) return
    wasBehind = isBehind
    fill(note, { behind: isBehind ? "You see an earlier moment. The chat is live." : null })
  }

  function place() {
    const isOver = page.dataset.status === "ended"
    const bottom = find("[data-reach] .bottom")
    if (isOver && root.nextElementSibling !== bottom) bottom.before(root)
  }

  const bar = makeBar({ page, root, video, player, preview })
  makeMenu({
    page,
    details: find("[data-menu]"),
    video,
    player,
    captions: document.getElementById("captions") ? read("captions") : [],
    tell: toast.say,
  })
  find("[data-chapters-button]").addEventListener("click", () => sheet.open("chapters"))
  new MutationObserver(() => {
    place()
    tellBehind()
  }).observe(page, { attributeFilter: ["data-status", "data-behind"] })
  place()
  return bar
}
