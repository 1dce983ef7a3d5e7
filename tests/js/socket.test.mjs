import assert from "node:assert/strict"
import { test } from "node:test"
import { makeInbox, openRoom, pause } from "../../static/js/room/socket.js"

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
  inbox.take({ type: "stock.level", variant: 1, left: 2 })
  inbox.take({ type: "chat.said", nonce: "n", seq: 9 })

  assert.deepEqual(heard, ["stock.level", 9])
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

test("pauses double, spread, and stay bounded", () => {
  assert.equal(pause(0, () => 1), 500)
  assert.equal(pause(0, () => 0), 250)
  assert.equal(pause(3, () => 1), 4000)
  assert.equal(pause(40, () => 1), 20_000)
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
  context.mock.timers.enable({ apis: ["setTimeout"] })
  const heard = []
  const lines = []
  const line = (state) => lines.push(state)
  const opened = openRoom("/ws/live/autumn/", (frame) => heard.push(frame), { line })
  return { opened, heard, lines, sockets: FakeSocket.all, tick: (ms) => context.mock.timers.tick(ms) }
}

test("a lost line comes back and resumes after the last fact", (context) => {
  const { heard, lines, sockets, tick } = opened(context)
  assert.equal(sockets[0].address, "wss://shop.example/ws/live/autumn/")

  sockets[0].get(snapshot(7))
  sockets[0].get(fact(8))
  sockets[0].close(1006)
  tick(500)
  sockets[1].get({ type: "room.facts", facts: [fact(8), fact(9)] })

  assert.equal(sockets[1].address, "wss://shop.example/ws/live/autumn/?after=8")
  assert.deepEqual(heard.map(({ seq }) => seq), [7, 8, 9])
  assert.deepEqual([...new Set(lines)], ["connecting", "open", "lost"])
  assert.equal(lines.at(-1), "open")
})

test("a room that does not exist is not asked for again", (context) => {
  const { lines, sockets, tick } = opened(context)

  sockets[0].close(4404)
  tick(60_000)

  assert.equal(sockets.length, 1)
  assert.equal(lines.at(-1), "gone")
})

test("what cannot be sent says so and is not sent later", (context) => {
  const { opened: room, sockets } = opened(context)
  sockets[0].readyState = 0

  assert.equal(room.send({ type: "chat.say" }), false)
  assert.deepEqual(sockets[0].sent, [])
})
