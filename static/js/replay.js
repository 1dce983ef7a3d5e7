// The replay's controls, and the room as it was at the moment that is being watched.
import { span } from "countdown"
import { fetchFacts } from "facts"
import { clone } from "fill"
import { makeTimeline } from "timeline"

const TICK = 250 // ms; seeks are followed at once

export function makeReplay({ root, video, player, chat, questions, polls, pinCard, goods, shelf }) {
  const bar = root.querySelector("[data-seek]")
  const toggle = root.querySelector("[data-toggle]")
  const marks = root.querySelector("[data-marks]")
  let timeline = null
  let said = 0 // messages of the timeline on the page
  let isHeld = false // a thumb is on the bar
  let timer = null

  async function start(slug) {
    root.hidden = false
    timeline = makeTimeline(await fetchFacts(slug))
    shelf.setMoments(timeline.pins)
    chat.redraw([])
    said = 0
    clearInterval(timer)
    timer = setInterval(follow, TICK)
    drawMarks()
    follow()
  }

  function follow() {
    drawBar()
    const date = player.date()
    if (!timeline || date === null) return
    const { count, lines } = timeline.chatAt(date)
    if (count < said || count > said + lines.length) chat.redraw(lines)
    else if (count > said) chat.add(timeline.chatBetween(said, count))
    said = count
    chat.pin(timeline.messageAt(date))
    questions.answering(timeline.answeringAt(date))
    polls.show(timeline.pollAt(date))
    const pin = timeline.pinAt(date)
    const isSold = pin && goods.item(pin.item)
    if ((pinCard.shown()?.pin ?? null) === (isSold ? pin.pin : null)) return
    // The pin's prices ended with the pin: what is asked now is the item's own price.
    const shown = isSold ? { pin: pin.pin, item: pin.item } : null
    goods.setPin(shown)
    pinCard.draw(shown)
  }

  function drawBar() {
    toggle.dataset.paused = video.paused
    toggle.setAttribute("aria-label", video.paused ? "Play" : "Pause")
    if (!Number.isFinite(video.duration)) return
    bar.max = video.duration
    if (!isHeld) bar.value = video.currentTime
    const position = Number(bar.value)
    const words = `${span(position)} / ${span(video.duration)}`
    root.querySelector("[data-slot='time']").textContent = words
    bar.setAttribute("aria-valuetext", `${span(position)} of ${span(video.duration)}`)
    bar.style.setProperty("--played", `${(100 * position) / video.duration}%`)
  }

  function drawMarks() {
    if (!timeline || !player.hasDates() || !Number.isFinite(video.duration)) return
    marks.replaceChildren(
      ...firstOfEach(timeline.pins).map(({ from }) => {
        const mark = clone("seek-mark")
        mark.style.setProperty("--at", `${(100 * player.positionAt(from)) / video.duration}%`)
        return mark
      }),
    )
  }

  // One mark per item: a host may go back to the same thing many times.
  function firstOfEach(pins) {
    return pins.filter(
      ({ card }, index) => pins.findIndex((each) => each.card.item === card.item) === index,
    )
  }

  function moveTo(position) {
    video.currentTime = Math.min(Math.max(position, 0), video.duration || 0)
    follow()
  }

  function playOrPause() {
    if (video.paused) player.play()
    else video.pause()
  }

  bar.addEventListener("input", () => {
    isHeld = true
    moveTo(Number(bar.value))
  })
  bar.addEventListener("change", () => (isHeld = false))
  toggle.addEventListener("click", playOrPause)
  for (const event of ["seeked", "play", "pause"]) video.addEventListener(event, follow)
  video.addEventListener("durationchange", drawMarks)
  video.addEventListener("playing", drawMarks)
  document.addEventListener("keydown", (event) => {
    if (root.hidden || event.target.closest("input, textarea, select, button, a, dialog")) return
    const step = { ArrowLeft: -5, ArrowRight: 5, j: -10, l: 10 }[event.key]
    if (step) moveTo(video.currentTime + step)
    else if (event.key === " " || event.key === "k") playOrPause()
    else return
    event.preventDefault()
  })

  return {
    start,
    // "Watch from here": the moment an item was pinned.
    jump(moment) {
      moveTo(player.positionAt(moment))
      player.play()
    },
  }
}
