// The poll above the chat: one tap votes, then everyone's votes are seen as they come.
import { clone, fill } from "fill"
import { ballotView, makeBallot, RESULT_SHOWN } from "room/ballot"

export function makePolls({ card, levels, answers, tell }) {
  const options = card.querySelector("[data-options]")
  const ballot = makeBallot()
  let drawn = null // id of the poll on the page
  let putAway = null // id of the poll that one does not want to see

  function draw(view = ballot.view()) {
    card.hidden = !view || view.id === putAway
    if (!view) return (drawn = null)
    if (drawn !== view.id) {
      drawn = view.id
      fill(card, { question: view.question })
      options.replaceChildren(...view.options.map(() => clone("poll-option")))
    }
    view.options.forEach(({ text, share, isChosen }, at) => {
      const button = options.children[at]
      fill(button, { option: text, share: share === null ? null : `${share} %` })
      button.style.setProperty("--share", `${share ?? 0}%`)
      button.disabled = !view.isOpen
      button.setAttribute("aria-pressed", isChosen)
    })
    fill(card, { votes: words(view) })
  }

  function vote(option) {
    const { id, chosen } = ballot.view()
    if (option === chosen) return
    const frame = { type: "poll.vote", poll: id, option }
    const isSent = answers.ask(frame, ({ type, detail, code }) => {
      if (type !== "error") return remember(id, option)
      tell(detail || code)
      ballot.choose(chosen)
      draw()
    })
    if (!isSent) return tell("You are offline. Please try again in a moment.")
    ballot.choose(option)
    draw()
  }

  function open(poll) {
    ballot.open(poll, remembered(poll.poll))
    draw()
  }

  options.addEventListener("click", ({ target }) => {
    const at = [...options.children].indexOf(target.closest("button"))
    if (at >= 0) vote(at)
  })
  card.querySelector("[data-close]").addEventListener("click", () => {
    putAway = drawn
    card.hidden = true
  })
  levels.watch("poll_counts", (counts) => {
    ballot.count(counts)
    if (ballot.view()) draw()
  })

  return {
    handlers: {
      "room.snapshot": ({ poll }) => {
        if (!poll && ballot.view()?.isOpen === false) return // its result is still shown
        ballot.clear()
        if (poll) open(poll)
        else draw()
      },
      "poll.opened": ({ data }) => data.hidden || open(data),
      "poll.closed": ({ data }) => {
        ballot.close(data.poll, data.counts)
        draw()
        setTimeout(() => draw(), RESULT_SHOWN)
      },
    },
    // A replay shows what was asked and what came of it.
    show(poll) {
      if ((poll?.id ?? null) === drawn) return
      putAway = null
      draw(poll && ballotView({ ...poll, chosen: null, isOpen: false }))
    },
    clear() {
      ballot.clear()
      draw()
    },
  }
}

function words({ isOpen, total, chosen }) {
  const votes = total === 1 ? "1 vote" : `${total} votes`
  if (!isOpen) return `Final result · ${votes}`
  return chosen === null ? "Tap an answer to vote" : votes
}

const key = (poll) => `poll-${poll}`

function remember(poll, option) {
  try {
    sessionStorage.setItem(key(poll), option)
  } catch {
    // storage is closed to us: the choice is known as long as the page
  }
}

function remembered(poll) {
  try {
    const option = sessionStorage.getItem(key(poll))
    return option === null ? null : Number(option)
  } catch {
    return null
  }
}
