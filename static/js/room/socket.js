// The room's socket: facts arrive once and in order, whatever the line does (docs/protocol.md).
import { freshKey } from "fresh-key"

export const PATIENCE = 400 // ms a hole may fill by itself
const [FIRST_PAUSE, LONGEST_PAUSE] = [500, 20_000]
const PAUSES = {
  1001: 4000, // the server goes: everyone is on the way at once
  1012: 4000,
  4429: 30_000, // too many sockets of ours
}
const NO_SUCH_ROOM = 4404
const NOT_AGAIN = [NO_SUCH_ROOM, 1003, 1008, 1009] // coming back with the same changes nothing
const STEADY = 10_000 // ms a line must hold for its loss to count as the first

// Facts are numbered without gaps: drops those that came before, waits for those in between,
// and asks for them when they do not come.
export function makeInbox({ hear, ask, state = () => {}, after = null, later = setTimeout }) {
  const early = new Map()
  let last = after
  let isAsking = false

  function drain() {
    for (const seq of early.keys()) if (seq <= last) early.delete(seq)
    while (early.has(last + 1)) {
      last += 1
      const fact = early.get(last)
      early.delete(last)
      hear(fact)
    }
    if (early.size && !isAsking) wait()
    else if (!early.size) state("open")
  }

  function wait() {
    isAsking = true
    later(() => {
      isAsking = false
      if (!early.size || last === null) return
      state("behind")
      ask(last)
      wait() // the answer itself may be lost
    }, PATIENCE)
  }

  function take(frame) {
    if (frame.type === "room.snapshot") {
      last = frame.seq
      hear(frame)
      drain()
    } else if (frame.type === "room.facts") {
      frame.facts.forEach((fact) => early.set(fact.seq, fact))
      if (last !== null) drain()
    } else if (Number.isInteger(frame.seq) && "at" in frame) {
      if (last !== null && frame.seq <= last) return
      early.set(frame.seq, frame)
      if (last !== null) drain()
    } else {
      hear(frame)
    }
  }

  return { take, last: () => last }
}

// How long to stay away before try number `attempt` (from 0) after a close: doubling, spread,
// bounded; longer when the server says so.
export function pause(attempt, code = 1006, random = Math.random) {
  const first = PAUSES[code] ?? FIRST_PAUSE
  const longest = Math.min(Math.max(LONGEST_PAUSE, first), first * 2 ** attempt)
  // Those who were sent away together come back over the whole time, not in its second half.
  return code in PAUSES ? FIRST_PAUSE / 2 + longest * random() : longest * (0.5 + random() / 2)
}

// hear(frame) gets the snapshot, every fact once, levels and answers; line(state, code) is told
// connecting, open, behind, lost or gone. Returns {send(frame) → was it sent, close()}.
export function openRoom(path, hear, { line = () => {}, after = null } = {}) {
  const address = new URL(path, location.href)
  address.protocol = address.protocol.replace("http", "ws")
  const page = freshKey() // open pages are counted by it
  let socket = null
  let attempt = 0
  let openedAt = Infinity
  let timer = null
  let isClosed = false
  const inbox = makeInbox({
    hear,
    after,
    state: line,
    ask: (seq) => send({ type: "room.catch_up", after: seq }),
  })

  function connect() {
    timer = null
    const last = inbox.last()
    address.search = last === null ? `?page=${page}` : `?after=${last}&page=${page}`
    const mine = new WebSocket(address)
    socket = mine
    openedAt = Infinity
    mine.addEventListener("open", () => (openedAt = Date.now()))
    mine.addEventListener("message", ({ data }) => {
      if (socket === mine) inbox.take(JSON.parse(data))
    })
    mine.addEventListener("close", ({ code }) => {
      if (isClosed || socket !== mine) return
      socket = null
      if (NOT_AGAIN.includes(code)) return line("gone", code)
      line("lost", code)
      if (Date.now() - openedAt > STEADY) attempt = 0
      timer = setTimeout(connect, pause(attempt, code))
      attempt += 1
    })
  }

  function send(frame) {
    if (socket?.readyState !== WebSocket.OPEN) return false
    socket.send(JSON.stringify(frame))
    return true
  }

  // A phone that comes back from the lift need not sit out its pause.
  addEventListener("online", () => {
    if (timer === null) return
    clearTimeout(timer)
    connect()
  })
  addEventListener("offline", () => socket?.close())
  line("connecting")
  connect()
  return {
    send,
    close() {
      isClosed = true
      clearTimeout(timer)
      socket?.close()
    },
  }
}
