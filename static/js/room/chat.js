// The chat list: what is said appears, what a moderator hides vanishes, one's own words at once.
import { clone, fill } from "fill"

const LINES = 120 // kept on the page
const PATIENCE = 10_000 // ms until an unanswered line counts as not sent
const MARKS = { host: "Host", moderator: "Moderator" }

export function makeChat(list, pinned) {
  const bySeq = new Map()
  const byNonce = new Map() // one's own, until it is everybody's
  let pinnedSeq = null

  const isAtEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 60
  const toEnd = () => (list.scrollTop = list.scrollHeight)
  let follows = true // the reader is at the newest line, also when the phone is turned

  let height = 0

  list.addEventListener("scroll", () => {
    // Told late: when the list has become lower meanwhile, it was not the reader who moved.
    if (list.clientHeight === height) follows = isAtEnd()
  })
  new ResizeObserver(() => {
    height = list.clientHeight
    if (follows) toEnd()
  }).observe(list)

  // A reply to what was hidden meanwhile quotes nothing.
  function line({ name, text, role, reply }) {
    const element = fill(clone("chat-line"), {
      name,
      text,
      mark: MARKS[role] ?? null,
      quote: reply?.text ? `${reply.name}: ${reply.text}` : null,
    })
    element.dataset.role = role
    if (reply) element.dataset.answers = reply.seq
    return element
  }

  function append(element) {
    list.append(element)
    while (list.childElementCount > LINES) {
      bySeq.delete(Number(list.firstElementChild.dataset.seq))
      list.firstElementChild.remove()
    }
    if (follows) toEnd()
  }

  function number(element, seq) {
    element.dataset.seq = seq
    bySeq.set(seq, element)
  }

  // One's own line comes back as everybody's: it is the same words, still without a number.
  function ownWaiting({ name, text }) {
    for (const [nonce, element] of byNonce) {
      if (slot(element, "text") !== text) continue
      if (element.dataset.state !== "sending" && slot(element, "name") !== name) continue
      byNonce.delete(nonce)
      return element
    }
    return null
  }

  function posted({ seq, data }) {
    if (data.hidden) return
    const known = bySeq.get(seq)
    // What one typed oneself is shown as the house has cleaned it.
    if (known && "own" in known.dataset) fill(known, { name: data.name, text: data.text })
    if (known) return
    const own = ownWaiting(data)
    if (own) {
      mark(own, null)
      fill(own, { name: data.name })
      number(own, seq)
      return
    }
    const element = line(data)
    number(element, seq)
    append(element)
  }

  function hide(seq) {
    bySeq.get(seq)?.remove()
    bySeq.delete(seq)
    for (const answer of list.querySelectorAll(`[data-answers="${seq}"]`)) {
      fill(answer, { quote: null })
    }
    if (pinnedSeq === seq) pin(null)
  }

  function mark(element, state, words = null) {
    if (state) element.dataset.state = state
    else delete element.dataset.state
    fill(element, { state: words })
    if (follows) toEnd()
  }

  function take(nonce) {
    const element = byNonce.get(nonce)
    byNonce.delete(nonce)
    return element
  }

  function clear() {
    const unsent = [...byNonce.values()]
    list.replaceChildren(...unsent)
    bySeq.clear()
  }

  // The message above the chat, or none.
  function pin(message) {
    if ((message?.seq ?? null) === pinnedSeq) return
    pinnedSeq = message?.seq ?? null
    pinned.hidden = !message
    if (message) fill(pinned, { name: message.name, text: message.text })
  }

  return {
    handlers: {
      "room.snapshot": ({ chat, pinned_message: message }) => {
        clear()
        chat.forEach(posted)
        pin(message)
        toEnd()
      },
      "chat.posted": posted,
      "chat.hidden": ({ data }) => hide(data.seq),
      "chat.pinned": ({ data }) => data.hidden || pin(data),
      "chat.unpinned": () => pin(null),
      "chat.said": ({ nonce, seq }) => {
        const own = take(nonce)
        if (!own) return
        const posted = bySeq.get(seq)
        if (posted) {
          posted.dataset.own = ""
          return own.remove()
        }
        mark(own, null)
        number(own, seq)
      },
      "chat.held": ({ nonce }) => {
        const own = byNonce.get(nonce)
        if (own) mark(own, "held", "Waiting for the moderator")
      },
    },
    // One's own words, before the server has them.
    say(nonce, message) {
      const element = line(message)
      element.dataset.own = ""
      mark(element, "sending")
      byNonce.set(nonce, element)
      append(element)
      toEnd()
      setTimeout(() => {
        if (byNonce.has(nonce) && element.dataset.state === "sending") {
          mark(element, "failed", "Not sent")
        }
      }, PATIENCE)
    },
    unsay: (nonce) => take(nonce)?.remove(),
    // A word of the house between the lines.
    note: (text) => append(fill(clone("chat-note"), { text })),
    pin,
    redraw(facts) {
      byNonce.clear()
      clear()
      facts.forEach(posted)
      toEnd()
    },
    add: (facts) => facts.forEach(posted),
  }
}

const slot = (element, name) => element.querySelector(`[data-slot="${name}"]`).textContent
