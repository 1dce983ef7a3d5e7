import assert from "node:assert/strict"
import { test } from "node:test"
import { dateAt, positionAt } from "../../static/js/frames.js"
import "./bare-names.mjs"

const { makeTimeline } = await import("../../static/js/timeline.js")

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

test("a reply whose question was hidden no longer quotes it", () => {
  const reply = { seq: 1, name: "Ann", text: "rude" }
  const timeline = makeTimeline([
    said(1, 1, "rude"),
    { ...said(2, 2, "calm down"), data: { text: "calm down", reply } },
    { type: "chat.hidden", seq: 3, at: at(3), data: { seq: 1 } },
    { ...said(4, 4, "yes"), data: { text: "yes", reply: { seq: 2, name: "Bo", text: "calm down" } } },
  ])

  const { lines } = timeline.chatAt(moment(5))

  assert.deepEqual(lines.map(({ data }) => data.reply?.seq ?? null), [null, 2])
})

const fact = (type, seconds, data = {}) => ({ type, seq: seconds, at: at(seconds), data })
// What a reader sees at each of these seconds, and again on the way back.
const both = (seconds, see) => {
  const there = seconds.map((second) => see(moment(second)))
  const back = seconds.toReversed().map((second) => see(moment(second)))
  assert.deepEqual(back.toReversed(), there)
  return there
}

test("the pinned message stands from its moment until it is taken down, replaced or hidden", () => {
  const timeline = makeTimeline([
    fact("chat.pinned", 1, { seq: 5, name: "Mara", text: "Free mugs" }),
    fact("chat.pinned", 3, { seq: 6, name: "Mara", text: "Last five" }),
    fact("chat.unpinned", 5),
    fact("chat.pinned", 6, { seq: 7, name: "Troll", text: "rude" }),
    fact("chat.hidden", 7, { seq: 7 }),
    fact("chat.pinned", 8, { seq: 6, name: "Mara", text: "Last five" }),
    fact("show.ended", 9),
  ])

  const seen = both([0, 1, 2, 3, 4, 5, 6, 8, 9], (time) => timeline.messageAt(time)?.seq ?? null)

  assert.deepEqual(seen, [null, 5, 5, 6, 6, null, null, 6, null])
})

test("the question that is being answered is named for as long as that took", () => {
  const asked = (question, seconds) => fact("question.asked", seconds, { question, text: `q${question}` })
  const timeline = makeTimeline([
    asked(1, 1),
    asked(2, 2),
    fact("question.asked", 2.5, { hidden: true }),
    fact("question.answering", 3, { question: 1 }),
    fact("question.answered", 5, { question: 1, from: at(3) }),
    fact("question.answering", 5, { question: 2 }),
    fact("question.reopened", 6, { question: 2 }),
    fact("question.answering", 7, { question: 3 }),
    fact("question.hidden", 8, { question: 3 }),
    fact("question.answering", 9, { question: 1 }),
    fact("question.answering", 10, { question: 2 }),
    fact("question.answered", 11, { question: 2, from: at(10) }),
  ])

  const seen = both([2, 3, 4, 5, 5.5, 6, 7.5, 9, 10, 11], (time) => {
    return timeline.answeringAt(time)?.text ?? null
  })

  assert.deepEqual(seen, [null, "q1", "q1", "q2", "q2", null, null, "q1", "q2", null])
})

test("a poll is shown with its final result from its opening until 15 s after its end", () => {
  const opened = (poll, seconds) =>
    fact("poll.opened", seconds, { poll, question: `p${poll}`, options: ["Sage", "Oat"] })
  const timeline = makeTimeline([
    opened(1, 10),
    fact("poll.closed", 20, { poll: 1, counts: [3, 1] }),
    opened(2, 30),
    fact("poll.closed", 31, { poll: 2, counts: [0, 2] }),
  ])

  const seen = both([9, 10, 20, 29, 30, 45, 46], (time) => timeline.pollAt(time)?.counts ?? null)

  assert.deepEqual(seen, [null, [3, 1], [3, 1], [3, 1], [0, 2], [0, 2], null])
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
