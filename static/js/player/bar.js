// The bar of the player: where the picture is, back and forth, and to the live edge.
import { span } from "countdown"
import { fill } from "fill"

const TICK = 250 // ms
const SHOWN = 4000 // ms the bar stays over a live picture
const STEPS = { ArrowLeft: -5, ArrowRight: 5, j: -10, l: 10, PageDown: -60, PageUp: 60 }
// Where keys have a meaning of their own; in the chat the arrows choose a message.
const BUSY = "input, textarea, select, button, summary, a, dialog, [data-chat]"

// preview(position) shows what is there; preview(null) puts it away.
export function makeBar({ page, root, video, player, preview }) {
  const find = (selector) => root.querySelector(selector)
  const [bar, toggle, live] = ["seek", "toggle", "to-live"].map((name) => find(`[data-${name}]`))
  const isOver = () => page.dataset.status === "ended"
  let isHeld = false // a thumb is on the bar
  let hiding = null
  let drawn = ""

  function draw() {
    toggle.dataset.paused = video.paused
    toggle.setAttribute("aria-label", video.paused ? "Play" : "Pause")
    const range = player.range()
    if (!range || range.to <= range.from) return
    const isLive = player.isLive() && !isOver()
    const follows = player.follows()
    bar.min = range.from
    bar.max = range.to
    if (!isHeld) bar.value = follows && isLive ? range.to : video.currentTime
    const position = Number(bar.value)
    const share = (position - range.from) / (range.to - range.from)
    bar.style.setProperty("--played", `${100 * share}%`)
    const words = isLive
      ? behindWords(range.to - position, follows && !isHeld)
      : placeWords(span(position), span(range.to))
    page.toggleAttribute("data-behind", isLive && !follows)
    bar.setAttribute("aria-label", isOver() ? "Position in the replay" : "Position in the show")
    if (drawn === words.long) return
    drawn = words.long
    fill(root, { time: isLive ? null : words.short, live: isLive ? words.short : null })
    bar.setAttribute("aria-valuetext", words.long)
    live.hidden = !isLive
    live.toggleAttribute("data-at-edge", follows)
    live.setAttribute("aria-label", follows ? "Live" : `${words.long}. Go to live`)
  }

  function moveTo(position) {
    player.seek(position)
    draw()
  }

  function playOrPause() {
    if (video.paused) player.play()
    else player.pause()
    show()
  }

  // Over a live picture the bar is there for a while; it stays for one who looks back.
  function show() {
    page.dataset.bar = "shown"
    clearTimeout(hiding)
    hiding = setTimeout(hide, SHOWN)
  }

  function hide() {
    clearTimeout(hiding)
    if (root.matches(":focus-within") && root.querySelector(":focus-visible")) return show()
    delete page.dataset.bar
  }

  bar.addEventListener("input", () => {
    isHeld = true
    preview(Number(bar.value))
    moveTo(Number(bar.value))
    show()
  })
  bar.addEventListener("change", () => {
    isHeld = false
    preview(null)
  })
  bar.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse") return
    const { left, width } = bar.getBoundingClientRect()
    const share = Math.min(Math.max((event.clientX - left - 9) / (width - 18), 0), 1)
    preview(Number(bar.min) + share * (bar.max - bar.min))
  })
  bar.addEventListener("pointerleave", () => preview(null))
  toggle.addEventListener("click", playOrPause)
  find("[data-back-five]").addEventListener("click", () => moveTo(video.currentTime - 5))
  live.addEventListener("click", () => {
    player.toLive()
    draw()
  })
  for (const event of ["seeked", "play", "pause", "durationchange"]) {
    video.addEventListener(event, draw)
  }

  document.addEventListener("keydown", (event) => {
    const isOnBar = event.target === bar
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (!isOnBar && (event.target.closest(BUSY) || event.key.startsWith("Page"))) return
    const step = STEPS[event.key]
    const range = player.range()
    if (!range) return
    if (step) moveTo(video.currentTime + step)
    else if (event.key === " " || event.key === "k") playOrPause()
    else if (isOnBar && event.key === "Home") moveTo(range.from)
    else if (isOnBar && event.key === "End") moveTo(range.to)
    else return
    show()
    event.preventDefault()
  })

  const stage = page.querySelector("[data-stage]")
  for (const area of [stage, root]) {
    area.addEventListener("pointermove", ({ pointerType }) => pointerType === "mouse" && show())
    area.addEventListener("focusin", show)
  }
  stage.addEventListener("click", ({ target, pointerType }) => {
    if (pointerType === "mouse" || target.closest("button, a, .pin-card, .offer")) return
    if (page.dataset.bar) hide()
    else show()
  })
  root.addEventListener("pointerdown", show)

  setInterval(draw, TICK)
  root.hidden = false
  draw()

  return { draw, show }
}

const placeWords = (at, end) => ({ short: `${at} / ${end}`, long: `${at} of ${end}` })

function behindWords(seconds, follows) {
  if (follows) return { short: "Live", long: "Live" }
  return { short: `−${span(seconds)} · Go live`, long: `${span(seconds)} behind live` }
}
