// How old the oldest thing is that waits to be sent, from what was handed to the socket and how
// much of it the socket still has.
export function makeLag(now = Date.now) {
  let handed = 0 // bytes
  const waiting = [] // [bytes handed over up to and with it, when]

  return {
    put(size) {
      handed += size
      waiting.push([handed, now()])
    },
    // Seconds; `buffered`: bytes that are not sent yet.
    behind(buffered) {
      while (waiting.length && waiting[0][0] <= handed - buffered) waiting.shift()
      return waiting.length ? (now() - waiting[0][1]) / 1000 : 0
    },
  }
}
