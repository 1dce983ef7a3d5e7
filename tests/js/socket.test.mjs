import assert from "node:assert/strict"
import { test } from "node:test"
import "./bare-names.mjs"

const { makeInbox, openRoom, pause } = await import("../../static/js/room/socket.js")

const fact = (seq) => ({ type: "chat.posted", seq, at: "2026-11-22T18:00:00.000Z", data: {} })
const snapshot = (seq) => ({ type: "room.snapshot", seq })

function room(after = null) {
  const heard = []
  const asked = []
  const states = []
  const timers = []
  const inbox = makeInbox({
    hear: (frame) => heard.push(frame.seq ?? frame.type),
    ask: (seq) => asked.push(seq),
    state: (name) => states.push(name),
    after,
    later: (run) => timers.push(run),
  })
  return { inbox, heard, asked, states, wait: () => timers.splice(0).forEach((run) => run()) }
}

test("facts after the snapshot are heard in order, each once", () => {
  const { inbox, heard } = room()

  for (const frame of [snapshot(4), fact(5), fact(5), fact(3), fact(6)]) inbox.take(frame)

  assert.deepEqual(heard, [4, 5, 6])
  assert.equal(inbox.last(), 6)
})

test("a fact that races the snapshot waits for it and is not lost", () => {
  const { inbox, heard, asked, wait } = room()

  inbox.take(fact(5))
  inbox.take(snapshot(4))
  wait()

  assert.deepEqual(heard, [4, 5])
  assert.deepEqual(asked, [])
})

test("a hole that fills by itself asks for nothing", () => {
  const { inbox, heard, asked, wait } = room(1)

  inbox.take(fact(3))
  assert.deepEqual(heard, [])
  inbox.take(fact(2))
  wait()

  assert.deepEqual(heard, [2, 3])
  assert.deepEqual(asked, [])
})

test("a hole that stays is asked for, and asked for again until it is filled", () => {
  const { inbox, heard, asked, states, wait } = room(1)

  inbox.take(fact(4))
  wait()
  wait()
  assert.deepEqual(asked, [1, 1])
  assert.equal(states.at(-1), "behind")
  inbox.take({ type: "room.facts", facts: [fact(2), fact(3), fact(4)] })
  wait()

  assert.deepEqual(heard, [2, 3, 4])
  assert.deepEqual(asked, [1, 1])
  assert.equal(states.at(-1), "open")
})

test("levels and answers pass at once, even through a hole", () => {
  const { inbox, heard } = room(1)

  inbox.take(fact(9))
  inbox.take({ type: "room.levels", stock: { 1: 2 } })
  inbox.take({ type: "chat.said", nonce: "n", seq: 9 })

  assert.deepEqual(heard, ["room.levels", 9])
  assert.equal(inbox.last(), 1)
})

test("a snapshot after a long absence replaces what was awaited", () => {
  const { inbox, heard, asked, wait } = room(1)

  inbox.take(fact(5))
  inbox.take(snapshot(800))
  wait()
  inbox.take(fact(801))

  assert.deepEqual(heard, [800, 801])
  assert.deepEqual(asked, [])
})

// A small deterministic dice: the same troubles in every run.
function dice(seed) {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

const shuffled = (list, random) =>
  list.map((each) => [random(), each]).sort(([a], [b]) => a - b).map(([, each]) => each)

// The server side of a line that loses, repeats and overtakes; it answers what it is asked.
function troubled(seed) {
  const random = dice(seed)
  const heard = []
  const timers = []
  const log = []
  const inbox = makeInbox({
    hear: ({ seq }) => heard.push(seq),
    ask: (after) => random() < 0.7 && deliver([batch(log.slice(after))]),
    later: (run) => timers.push(run),
  })
  const batch = (facts) => ({ type: "room.facts", facts })
  const deliver = (frames) => shuffled(frames, random).forEach(inbox.take)

  function append() {
    const fresh = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, at) =>
      fact(log.length + at + 1),
    )
    log.push(...fresh)
    const frames = random() < 0.5 ? fresh : [batch(fresh)]
    deliver(frames.flatMap((each) => Array(Math.floor(random() * 3)).fill(each)))
  }

  return { inbox, heard, log, append, wait: () => timers.splice(0).forEach((run) => run()) }
}

test("whatever is lost, repeated or overtaken, every fact is heard once and in order", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const line = troubled(seed)
    line.inbox.take(snapshot(0))
    for (let step = 0; step < 25; step += 1) {
      line.append()
      if (step % 3 === 0) line.wait()
    }

    line.inbox.take(fact(line.log.push(fact(line.log.length + 1)))) // this one arrives for sure
    for (let step = 0; step < 60; step += 1) line.wait()

    assert.deepEqual(line.heard, [0, ...line.log.map(({ seq }) => seq)], `seed ${seed}`)
  }
})

test("pauses double, spread, and stay bounded", () => {
  assert.equal(pause(0, 1006, () => 1), 500)
  assert.equal(pause(0, 1006, () => 0), 250)
  assert.equal(pause(3, 1006, () => 1), 4000)
  assert.equal(pause(40, 1006, () => 1), 20_000)
  for (const code of [1001, 1006, 4403, 4408, 4429]) {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const waited = pause(attempt, code)
      assert.ok(waited >= 250 && waited <= 31_000, `${code}: ${waited}`)
    }
  }
})

test("those who are sent away by a server that goes come back over seconds, not at once", () => {
  const all = Array.from({ length: 100 }, (_, at) => pause(0, 1012, () => at / 100))

  assert.ok(Math.max(...all) - Math.min(...all) > 3500)
})

test("who has too many sockets stays away longer", () => {
  assert.ok(pause(0, 4429, () => 0.5) > 15_000)
})

class FakeSocket extends EventTarget {
  static OPEN = 1
  static all = []
  readyState = 1
  sent = []

  constructor(address) {
    super()
    this.address = String(address)
    FakeSocket.all.push(this)
  }

  send(text) {
    this.sent.push(JSON.parse(text))
  }

  open() {
    this.dispatchEvent(new Event("open"))
  }

  get(frame) {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(frame) }))
  }

  close(code = 1006) {
    this.readyState = 3
    this.dispatchEvent(Object.assign(new Event("close"), { code }))
  }
}

function opened(context) {
  FakeSocket.all = []
  globalThis.WebSocket = FakeSocket
  globalThis.location = { href: "https://shop.example/live/autumn/" }
  globalThis.addEventListener = () => {}
  context.mock.timers.enable({ apis: ["setTimeout", "Date"] })
  const heard = []
  const lines = []
  const line = (state) => lines.push(state)
  const opened = openRoom("/ws/live/autumn/", (frame) => heard.push(frame), { line })
  return { opened, heard, lines, sockets: FakeSocket.all, tick: (ms) => context.mock.timers.tick(ms) }
}

test("a lost line comes back and resumes after the last fact", (context) => {
  const { heard, lines, sockets, tick } = opened(context)
  const page = new URL(sockets[0].address).searchParams.get("page")

  sockets[0].get(snapshot(7))
  sockets[0].get(fact(8))
  sockets[0].close(1006)
  tick(500)
  sockets[1].get({ type: "room.facts", facts: [fact(8), fact(9)] })

  assert.match(page, /^[0-9a-zA-Z]{8,32}$/)
  assert.equal(sockets[0].address, `wss://shop.example/ws/live/autumn/?page=${page}`)
  assert.equal(sockets[1].address, `wss://shop.example/ws/live/autumn/?after=8&page=${page}`)
  assert.deepEqual(heard.map(({ seq }) => seq), [7, 8, 9])
  assert.deepEqual([...new Set(lines)], ["connecting", "open", "lost"])
  assert.equal(lines.at(-1), "open")
})

test("a room that does not exist, or that refused what was sent, is not asked for again", (context) => {
  for (const code of [4404, 1003, 1008, 1009]) {
    const { lines, sockets, tick } = opened(context)

    sockets[0].close(code)
    tick(60_000)

    assert.equal(sockets.length, 1, `${code}`)
    assert.equal(lines.at(-1), "gone")
    context.mock.timers.reset()
  }
})

test("after every other close it comes back", (context) => {
  for (const code of [1000, 1001, 1006, 1011, 1012, 4403, 4408, 4429]) {
    const { lines, sockets, tick } = opened(context)

    sockets[0].close(code)
    tick(31_000)

    assert.equal(sockets.length, 2, `${code}`)
    assert.equal(lines.at(-1), "lost")
    context.mock.timers.reset()
  }
})

test("a line that is cut right after it opened is not hammered", (context) => {
  const { sockets, tick } = opened(context)

  for (let second = 0; second < 60; second += 1) {
    sockets.at(-1).open()
    sockets.at(-1).get(snapshot(1))
    sockets.at(-1).close(4408)
    tick(1000)
  }

  assert.ok(sockets.length < 12, `${sockets.length} sockets in a minute`)
})

test("a line that held for a while comes back as quickly as the first time", (context) => {
  const { sockets, tick } = opened(context)

  for (let loss = 0; loss < 8; loss += 1) {
    sockets.at(-1).open()
    tick(11_000)
    sockets.at(-1).close(1006)
    tick(500)
  }

  assert.equal(sockets.length, 9)
})

test("what cannot be sent says so and is not sent later", (context) => {
  const { opened: room, sockets } = opened(context)
  sockets[0].readyState = 0

  assert.equal(room.send({ type: "chat.say" }), false)
  assert.deepEqual(sockets[0].sent, [])
})
