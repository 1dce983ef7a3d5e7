// The room as it was at the moment that is being watched.
import { fetchFacts } from "facts"
import { clone } from "fill"
import { makeChapters, priceThen, stateThen } from "player/chapters"
import { fetchStoryboard } from "player/storyboard"
import { makeTimeline } from "timeline"

const TICK = 100 // ms; seeks are followed at once
const SHORT = 1 // seconds; less than that is no chapter

// parts: what the moment is drawn with: chat, questions, polls, pinCard, goods, shelf.
export function makeReplay({ page, video, player, money, storyboard, parts, jump }) {
  const { chat, questions, polls, pinCard, goods, shelf } = parts
  const find = (selector) => page.querySelector(selector)
  const button = find("[data-chapters-button]")
  const chapters = makeChapters({
    list: find("[data-chapters]"),
    button,
    goods,
    money,
    player,
    jump,
  })
  const then = find("[data-pin-card] [data-slot='then']")
  let timeline = null
  let thumbs = null
  let said = 0 // messages of the timeline on the page
  let timer = null

  async function start(slug) {
    timeline = makeTimeline(await fetchFacts(slug))
    shelf.setMoments(timeline.pins)
    chat.redraw([])
    said = 0
    clearInterval(timer)
    timer = setInterval(follow, TICK)
    drawMarks()
    follow()
    if (!storyboard) return
    thumbs = await fetchStoryboard(storyboard)
    drawMarks()
  }

  function follow() {
    const date = player.date()
    if (!timeline || date === null) return
    const { count, lines } = timeline.chatAt(date)
    if (count < said || count > said + lines.length) chat.redraw(lines)
    else if (count > said) chat.add(timeline.chatBetween(said, count))
    said = count
    chat.pin(timeline.messageAt(date))
    questions.answering(timeline.answeringAt(date))
    polls.show(timeline.pollAt(date))
    chapters.follow(date)
    drawPin(timeline.pinAt(date))
  }

  function drawPin(pin) {
    const isSold = pin && goods.item(pin.item)
    if ((pinCard.shown()?.pin ?? null) === (isSold ? pin.pin : null)) return
    // The pin's prices ended with the pin: what is asked now is the item's own price.
    const shown = isSold ? { pin: pin.pin, item: pin.item } : null
    goods.setPin(shown)
    pinCard.draw(shown)
    const words = shown && wordsThen(pin, goods.cheapest(goods.item(pin.item)))
    then.textContent = words ?? ""
    then.hidden = !words
  }

  // What was different when it was shown; what is asked and left now stands above it.
  function wordsThen(pin, now) {
    const { price, left } = stateThen(pin)
    const isSame = price === null || price === now?.price
    if (isSame && left !== 0) return null
    return priceThen(pin, money)
  }

  // Positions are known once the playlist is; a mark for each item, a chapter for each pin.
  function drawMarks() {
    const range = player.range()
    if (!timeline || !player.hasDates() || !range?.to || player.isLive()) return
    const seen = timeline.pins
      .map((pin) => ({ ...pin, start: player.positionAt(pin.from), end: player.positionAt(pin.to) }))
      .filter(({ start, end }) => end - start >= SHORT)
    chapters.draw(seen, thumbs)
    find("[data-marks]").replaceChildren(
      ...firstOfEach(seen).map(({ start }) => {
        const mark = clone("seek-mark")
        mark.style.setProperty("--at", `${(100 * start) / range.to}%`)
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

  for (const event of ["seeked", "play", "pause"]) video.addEventListener(event, follow)
  for (const event of ["durationchange", "playing"]) video.addEventListener(event, drawMarks)

  return { start, thumbs: () => thumbs }
}

// Waits until the address names the recording and no longer the live picture.
const TRIES = 40
const PAUSE = 200 // ms

export async function recorded(address, ask = fetch, pause = PAUSE) {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answer = await ask(address, { cache: "no-store" }).catch(() => null)
    const text = answer?.ok ? await answer.text() : ""
    if (text.includes("#EXT-X-STREAM-INF") && !text.includes("/live.m3u8")) return true
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
  return false
}
