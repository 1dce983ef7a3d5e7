import "./bare-names.mjs"
import assert from "node:assert/strict"
import { test } from "node:test"

const { makePlaces } = await import("../../static/js/shop/places.js")

function line({ stored = [], answers = {} } = {}) {
  const asked = []
  const heard = []
  const timers = []
  const memory = { stored, read: () => memory.stored }
  memory.write = (entries) => (memory.stored = entries)
  const places = makePlaces({
    shop: "claymoor",
    changed: (place, before) => heard.push([before?.status ?? null, place.status]),
    memory,
    ask: async (method, path, body) => {
      asked.push([method, path, body])
      return answers[`${method} ${path}`] ?? {}
    },
    later: (run, ms) => timers.push({ run, ms }),
    random: () => 0.5,
  })
  return { places, asked, heard, timers, memory, answers }
}
const place = (status, more = {}) => ({
  token: "t1",
  status,
  ahead: 2,
  quantity: 1,
  called_until: null,
  title: "Mug",
  ...more,
})

test("whoever joins is remembered by the tab and looks again within fifteen seconds", async () => {
  const { places, asked, heard, timers, memory } = line({
    answers: { "POST waiting/": { data: place("waiting") } },
  })

  const { place: mine } = await places.join({ variant: 7, item: 3, quantity: 1, email: "a@b.c" })

  assert.equal(mine.ahead, 2)
  const sent = { shop: "claymoor", variant: 7, item: 3, quantity: 1, email: "a@b.c" }
  assert.deepEqual(asked[0][2], sent)
  assert.deepEqual(memory.stored, [{ token: "t1", variant: 7 }])
  assert.equal(places.of(7).token, "t1")
  assert.equal(places.of(8), null)
  assert.deepEqual(heard, [[null, "waiting"]])
  assert.deepEqual(timers.map(({ ms }) => ms), [12_500])
})

test("a refusal keeps nothing and tells why", async () => {
  const { places, memory, timers } = line({
    answers: { "POST waiting/": { refusal: { code: "not_sold_out", detail: "There is enough." } } },
  })

  const outcome = await places.join({ variant: 7, quantity: 1, email: "a@b.c" })

  assert.equal(outcome.words, "There is enough.")
  assert.deepEqual([places.open(), memory.stored, timers.length], [[], [], 0])
})

test("after a reload the place is still one's own, and being called is heard once", async () => {
  const { places, heard, timers, answers } = line({
    stored: [{ token: "t1", variant: 7 }],
    answers: { "GET waiting/t1/": { data: place("waiting") } },
  })

  await places.start()
  answers["GET waiting/t1/"] = { data: place("called", { called_until: "2026-11-22T18:42:00Z" }) }
  await timers.shift().run()
  await timers.shift().run()

  assert.deepEqual(heard, [[null, "waiting"], ["waiting", "called"]])
  assert.equal(places.called().variant, 7)
  assert.equal(timers.length, 1)
})

test("a place that was served, left or lapsed is forgotten and asked for no more", async () => {
  for (const status of ["served", "left", "lapsed"]) {
    const { places, heard, timers, memory } = line({
      stored: [{ token: "t1", variant: 7 }],
      answers: { "GET waiting/t1/": { data: place(status) } },
    })

    await places.start()

    assert.deepEqual(heard, [[null, status]])
    assert.deepEqual([memory.stored, timers.length], [[], 0])
  }
})

test("a place that nobody knows any more is forgotten; a lost answer changes nothing", async () => {
  const gone = line({
    stored: [{ token: "t1", variant: 7 }],
    answers: { "GET waiting/t1/": { refusal: { status: 404 } } },
  })
  const lost = line({
    stored: [{ token: "t1", variant: 7 }],
    answers: { "GET waiting/t1/": { refusal: { code: "unreachable" } } },
  })

  await gone.places.start()
  await lost.places.start()

  assert.deepEqual([gone.timers.length, gone.memory.stored], [0, []])
  assert.equal(lost.timers.length, 1)
  assert.deepEqual([gone.heard, lost.heard], [[], []])
})

test("leaving ends the place here even before the server is asked again", async () => {
  const { places, heard, memory } = line({
    answers: {
      "POST waiting/": { data: place("waiting") },
      "DELETE waiting/t1/": { data: place("left") },
    },
  })
  await places.join({ variant: 7, quantity: 1, email: "a@b.c" })

  await places.leave("t1")

  assert.equal(places.of(7), null)
  assert.deepEqual(memory.stored, [])
  assert.deepEqual(heard.at(-1), ["waiting", "left"])
})
