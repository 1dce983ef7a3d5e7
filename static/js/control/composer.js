// Speaking as the shop's own, to all or in reply to one message.
import { find } from "control/page"
import { openTab } from "control/views"
import { fill } from "fill"

const form = find("[data-say]")
const banner = find("[data-replying]")
const field = form.elements.text
const sent = new Map() // nonce → the text it carried
let repliesTo = null // seq

const tell = (words) => (find("[data-say-trouble]").textContent = words)

function drawReply(message) {
  repliesTo = message?.seq ?? null
  banner.hidden = !message
  if (message) fill(banner, { name: message.name, text: message.text })
}

export function replyTo(message) {
  openTab("chat")
  drawReply(message)
  field.focus()
}

export const composerHandlers = {
  "chat.said": ({ nonce }) => {
    if (!sent.has(nonce)) return
    if (field.value === sent.get(nonce)) {
      field.value = ""
      drawReply(null)
    }
    sent.delete(nonce)
    tell("")
  },
  error: ({ detail, code, nonce }) => {
    if (sent.delete(nonce)) tell(detail || code)
  },
}

export function speakThrough(room) {
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const text = field.value
    if (!text.trim()) return
    const nonce = crypto.randomUUID()
    const reply = repliesTo === null ? {} : { reply_to: repliesTo }
    sent.set(nonce, text)
    if (room.send({ type: "chat.say", text, nonce, ...reply })) return
    sent.delete(nonce)
    tell("The line is down; please try again in a moment.")
  })
}

find("[data-no-reply]").addEventListener("click", () => {
  drawReply(null)
  field.focus()
})
form.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && repliesTo !== null) drawReply(null)
})
