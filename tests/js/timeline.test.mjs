import assert from "node:assert/strict"
import { test } from "node:test"
import { dateAt, makeTimeline, positionAt } from "../../static/js/timeline.js"

const START = Date.parse("2026-11-22T18:00:00.000Z")
const at = (seconds) => new Date(START + seconds * 1000).toISOString()
const said = (seq, seconds, text) => ({ type: "chat.posted", seq, at: at(seconds), data: { text } })

const FACTS = [
  { type: "show.started", seq: 1, at: at(0), data: {} },
  said(2, 1, "hello"),
  { type: "pin.opened", seq: 3, at: at(2), data: { pin: 1, item: 10 } },
  said(4, 3, "rude"),
  { type: "chat.hidden", seq: 5, at: at(4), data: { seq: 4 } },
  { type: "chat.posted", seq: 6, at: at(4), data: { hidden: true } },
  { type: "pin.closed", seq: 7, at: at(5), data: { pin: 1 } },
  { type: "pin.opened", seq: 8, at: at(5), data: { pin: 2, item: 20 } },
  said(9, 6, "bye"),
  { type: "pin.closed", seq: 10, at: at(8), data: { pin: 2 } },
]
const moment = (seconds) => START + seconds * 1000

test("the room is as it was at that moment, forwards and backwards", () => {
  const timeline = makeTimeline(FACTS)
  const seen = (seconds) => [
    timeline.chatAt(moment(seconds)).lines.map(({ data }) => data.text),
    timeline.pinAt(moment(seconds))?.item ?? null,
  ]

  assert.deepEqual(seen(7), [["hello", "bye"], 20])
  assert.deepEqual(seen(3), [["hello"], 10])
  assert.deepEqual(seen(0), [[], null])
  assert.deepEqual(seen(9), [["hello", "bye"], null])
})

test("at the moment one pin gives way to the next, the next is shown", () => {
  assert.equal(makeTimeline(FACTS).pinAt(moment(5)).item, 20)
})

test("what a moderator hid is never shown again, not even before it was hidden", () => {
  const { lines } = makeTimeline(FACTS).chatAt(moment(3.5))

  assert.deepEqual(lines.map(({ seq }) => seq), [2])
})

test("of a long talk only the newest lines are drawn", () => {
  const talk = Array.from({ length: 200 }, (_, index) => said(index + 1, index, `${index}`))

  const { count, lines } = makeTimeline(talk).chatAt(moment(150), 50)

  assert.equal(count, 151)
  assert.deepEqual([lines.length, lines[0].seq, lines.at(-1).seq], [50, 102, 151])
})

// Two takes with a minute without picture between them.
const STRETCHES = [
  { start: 0, duration: 1, date: START },
  { start: 1, duration: 1, date: START + 1000 },
  { start: 2, duration: 1, date: START + 61_000 },
]

test("a position has a date in each take, and the date leads back to it", () => {
  for (const position of [0, 0.5, 1.75, 2.25]) {
    assert.equal(positionAt(dateAt(position, STRETCHES), STRETCHES), position)
  }
  assert.equal(dateAt(2.25, STRETCHES), START + 61_250)
})

test("a moment without picture leads to the next picture", () => {
  assert.equal(positionAt(START + 30_000, STRETCHES), 2)
  assert.equal(positionAt(START - 5000, STRETCHES), 0)
  assert.equal(positionAt(START + 999_000, STRETCHES), 3)
})

test("before the playlist is there, nothing is claimed", () => {
  assert.equal(dateAt(3, []), null)
  assert.equal(positionAt(START, []), 0)
})
