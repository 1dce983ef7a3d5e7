// The poll that is open, or whose result is still shown, apart from how it is drawn.
export const RESULT_SHOWN = 15_000 // ms after a poll has closed

export function makeBallot({ now = Date.now } = {}) {
  let poll = null // {poll, question, options, counts, chosen, closedAt}

  return {
    // `chosen` is the option one has voted for before, or null.
    open({ poll: id, question, options, counts }, chosen = null) {
      poll = { id, question, options, chosen, closedAt: null, counts: counts ?? [] }
    },
    count(levels) {
      if (poll && poll.closedAt === null) poll.counts = levels[poll.id] ?? poll.counts
    },
    choose(option) {
      if (poll && poll.closedAt === null) poll.chosen = option
    },
    close(id, counts) {
      if (poll?.id !== id || poll.closedAt !== null) return
      poll.counts = counts ?? poll.counts
      poll.closedAt = now()
    },
    clear: () => (poll = null),
    // What is to be seen now, or null.
    view() {
      if (!poll) return null
      const isOpen = poll.closedAt === null
      if (!isOpen && now() - poll.closedAt >= RESULT_SHOWN) return null
      return ballotView({ ...poll, isOpen })
    },
  }
}

// Shares are whole per cents; they are shown to those who have voted, and to all once it is closed.
export function ballotView({ id, question, options, counts, chosen, isOpen }) {
  const total = options.reduce((sum, _, at) => sum + (counts[at] ?? 0), 0)
  return {
    id,
    question,
    isOpen,
    total,
    chosen,
    options: options.map((text, at) => ({
      text,
      isChosen: at === chosen,
      share: isOpen && chosen === null ? null : Math.round((100 * (counts[at] ?? 0)) / (total || 1)),
    })),
  }
}
