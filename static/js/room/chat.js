// The chat list: what is said appears, what a moderator hides vanishes, one's own words at once.
import { clone, fill } from "fill"

const LINES = 120 // kept on the page
const PATIENCE = 10_000 // ms until an unanswered line counts as not sent
const MARKS = { host: "Host", moderator: "Moderator" }

export function makeChat(list) {
  const bySeq = new Map()
  const byNonce = new Map()

  const isAtEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 60
  const toEnd = () => (list.scrollTop = list.scrollHeight)
  let follows = true // the reader is at the newest line, also when the phone is turned

  list.addEventListener("scroll", () => (follows = isAtEnd()))
  new ResizeObserver(() => follows && toEnd()).observe(list)

  function line({ name, text, role }) {
    const element = fill(clone("chat-line"), { name, text, mark: MARKS[role] ?? null })
    element.dataset.role = role
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
  function ownWaiting(text) {
    for (const [nonce, element] of byNonce) {
      if (element.dataset.state !== "sending") continue
      if (element.querySelector("[data-slot='text']").textContent === text) {
        byNonce.delete(nonce)
        return element
      }
    }
    return null
  }

  function posted({ seq, data }) {
    if (data.hidden || bySeq.has(seq)) return
    const own = ownWaiting(data.text)
    if (own) {
      settle(own)
      fill(own, { name: data.name })
      number(own, seq)
      return
    }
    const element = line(data)
    number(element, seq)
    append(element)
  }

  function settle(element) {
    delete element.dataset.state
    fill(element, { state: null })
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

  return {
    handlers: {
      "room.snapshot": ({ chat }) => {
        clear()
        chat.forEach(posted)
        toEnd()
      },
      "chat.posted": posted,
      "chat.hidden": ({ data }) => {
        bySeq.get(data.seq)?.remove()
        bySeq.delete(data.seq)
      },
      "chat.said": ({ nonce, seq }) => {
        const own = take(nonce)
        if (!own) return
        if (bySeq.has(seq)) return own.remove()
        settle(own)
        number(own, seq)
      },
    },
    // One's own words, before the server has them.
    say(nonce, name, text, role) {
      const element = line({ name, text, role })
      element.dataset.state = "sending"
      byNonce.set(nonce, element)
      append(element)
      toEnd()
      setTimeout(() => {
        if (!byNonce.has(nonce)) return
        element.dataset.state = "failed"
        fill(element, { state: "Not sent" })
      }, PATIENCE)
    },
    unsay: (nonce) => take(nonce)?.remove(),
    redraw(facts) {
      clear()
      facts.forEach(posted)
      toEnd()
    },
    add: (facts) => facts.forEach(posted),
  }
}
