// The room's socket: facts arrive once and in order, whatever the line does (docs/protocol.md).

export const PATIENCE = 400 // ms a hole may fill by itself
const [FIRST_PAUSE, LONGEST_PAUSE] = [500, 20_000]
const NO_SUCH_ROOM = 4404

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

// How long to stay away before try number `attempt` (from 0): doubling, spread, bounded.
export function pause(attempt, random = Math.random) {
  const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt)
  return longest * (0.5 + random() / 2)
}

// hear(frame) gets the snapshot, every fact once, and levels; line(state) is told
// connecting, open, behind, lost or gone. Returns {send(frame) → was it sent, close()}.
export function openRoom(path, hear, { line = () => {}, after = null } = {}) {
  const address = new URL(path, location.href)
  address.protocol = address.protocol.replace("http", "ws")
  let socket = null
  let attempt = 0
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
    if (inbox.last() !== null) address.search = `?after=${inbox.last()}`
    const mine = new WebSocket(address)
    socket = mine
    mine.addEventListener("message", ({ data }) => {
      attempt = 0
      const frame = JSON.parse(data)
      if (["room.snapshot", "room.facts"].includes(frame.type)) line("open")
      inbox.take(frame)
    })
    mine.addEventListener("close", ({ code }) => {
      if (isClosed || socket !== mine) return
      socket = null
      if (code === NO_SUCH_ROOM) return line("gone")
      line("lost")
      timer = setTimeout(connect, pause(attempt))
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
