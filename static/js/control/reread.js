// Lists that are always the database's own: read again when something changed.
const PAUSE = 1000 // ms; many changes at once are one reading

const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

// At once, then at most once a pause. What changes during a reading is read after it.
export function rereader(read, wait = sleep) {
  let isReading = false
  let isStale = false

  return async function reread() {
    isStale = true
    if (isReading) return
    isReading = true
    try {
      while (isStale) {
        isStale = false
        await read()
        await wait(PAUSE)
      }
    } finally {
      isReading = false
    }
  }
}
