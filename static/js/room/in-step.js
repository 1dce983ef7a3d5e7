// Keeps what is shown in step with the picture: a fact waits until its frame is on the screen,
// but never longer than `limit()` after it arrived, and never overtakes the one before it.
export function inStep({ playingAt, act, limit, now = Date.now }) {
  const queue = []

  function run() {
    const shown = playingAt()
    while (queue.length) {
      const { fact, arrived } = queue[0]
      const isDue = shown === null || shown >= Date.parse(fact.at) || now() - arrived >= limit()
      if (!isDue) return
      act(queue.shift().fact)
    }
  }

  return {
    add(fact) {
      queue.push({ fact, arrived: now() })
      run()
    },
    run,
    clear: () => queue.splice(0),
  }
}
