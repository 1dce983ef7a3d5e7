import assert from "node:assert/strict"
import { test } from "node:test"
import "./bare-names.mjs"

const { linkTo, readMoment } = await import("../../static/js/player/moment.js")
const { readStoryboard } = await import("../../static/js/player/storyboard.js")
const { priceThen } = await import("../../static/js/player/chapters.js")
const { recorded } = await import("../../static/js/replay.js")
const { factsSince } = await import("../../static/js/facts.js")

test("a moment is read in seconds or in words, and nonsense is none", () => {
  const read = ["?t=90", "?t=90s", "?t=1m30s", "?t=1h2m", "?t=0", "?x=1", "?t=", "?t=-5", "?t=<b>"]

  assert.deepEqual(read.map(readMoment), [90, 90, 90, 3720, 0, null, null, null, null])
})

test("a link to a moment keeps the rest of the address and says whole seconds", () => {
  assert.equal(linkTo("http://shop/live/a/?x=1&t=3#chat", 90.7), "http://shop/live/a/?x=1&t=90")
  assert.equal(readMoment(new URL(linkTo("http://shop/live/a/", 90.7)).search), 90)
})

test("a storyboard names the part of a picture for each stretch", () => {
  const text = `WEBVTT

00:00:00.000 --> 00:00:10.000
board-1.jpg#xywh=0,0,160,90

2
00:10.000 --> 01:00:20.500
/media/board-2.jpg#xywh=160,90,160,90

00:20.000 --> 00:30.000
no picture
`

  assert.deepEqual(readStoryboard(text, "http://shop/media/extras/board.vtt"), [
    { from: 0, to: 10, url: "http://shop/media/extras/board-1.jpg", x: 0, y: 0, w: 160, h: 90 },
    { from: 10, to: 3620.5, url: "http://shop/media/board-2.jpg", x: 160, y: 90, w: 160, h: 90 },
  ])
})

test("a chapter says the price and the units of its second", () => {
  const money = (amount) => `${amount / 100} €`
  const variant = (price, left) => ({ price, left })

  assert.equal(priceThen({ variants: [variant(2400, 2), variant(1900, 1)] }, money), "19 € then, 3 left")
  assert.equal(priceThen({ variants: [variant(2400, 0)] }, money), "24 € then, sold out")
  assert.equal(priceThen({}, money), null)
})

const LIVE = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n/hls/a/live.m3u8\n"
const OVER = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n/hls/a/source.m3u8\n"

test("the replay begins as soon as its address no longer names the live picture", async () => {
  const answers = [null, { ok: false }, { ok: true, text: LIVE }, { ok: true, text: OVER }]
  let asked = 0
  const ask = async () => {
    const answer = answers[asked++]
    if (!answer) throw new TypeError("no line")
    return { ok: answer.ok, text: async () => answer.text }
  }

  assert.equal(await recorded("/hls/a/master.m3u8", ask, 0), true)
  assert.equal(asked, 4)
})

test("a recording that does not come is not waited for for ever", async () => {
  let asked = 0
  const ask = async () => {
    asked += 1
    return { ok: false }
  }

  assert.equal(await recorded("/hls/a/master.m3u8", ask, 0), false)
  assert.equal(asked, 40)
})

test("of a long room log only what is needed is fetched, without a hole and nothing twice", async () => {
  const log = Array.from({ length: 1730 }, (_, index) => ({
    seq: index + 1,
    at: new Date(index * 1000).toISOString(),
  }))
  const asked = []
  globalThis.document = { cookie: "", querySelector: () => null }
  globalThis.fetch = async (address) => {
    const query = new URL(address, "http://shop").searchParams
    const [after, limit] = ["after", "limit"].map((name) => Number(query.get(name)))
    asked.push([after, limit])
    const facts = log.filter(({ seq }) => seq > after).slice(0, limit)
    const body = { facts, last_seq: log.length }
    return { ok: true, status: 200, headers: new Headers(), json: async () => body }
  }

  const facts = await factsSince("a", 900_000)

  assert.deepEqual(asked, [[0, 1], [1230, 500], [730, 500]])
  assert.deepEqual([facts[0].seq, facts.length], [731, 1000])
})
