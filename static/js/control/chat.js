// The chat as the shop's people see it: hide, reply, speak as the host.
import { change, facts, find } from "control/page"
import { count } from "control/views"
import { clone, fill } from "fill"

const LINES = 300 // messages kept on the page
const messages = find("[data-messages]")

function drawMessage({ seq, data }) {
  if (data.hidden || find(`[data-seq="${seq}"]`, messages)) return
  const line = clone("message")
  line.dataset.seq = seq
  line.dataset.role = data.role
  fill(line, { name: data.name, text: data.text, role: data.role === "guest" ? "" : data.role })
  const follows = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 60
  messages.append(line)
  while (messages.childElementCount > LINES) messages.firstElementChild.remove()
  if (follows) messages.scrollTop = messages.scrollHeight
}

export const chatHandlers = {
  "room.snapshot": ({ chat }) => {
    messages.replaceChildren()
    chat.forEach(drawMessage)
    messages.scrollTop = messages.scrollHeight
  },
  "chat.posted": (fact) => {
    drawMessage(fact)
    count("chat")
  },
  "chat.hidden": ({ data }) => find(`[data-seq="${data.seq}"]`, messages)?.remove(),
  "chat.said": () => {
    const field = find("[data-say] input")
    field.value = ""
    field.disabled = false
    field.focus()
    find("[data-say-trouble]").textContent = ""
  },
  error: ({ detail, code, nonce }) => {
    if (nonce === undefined) return
    find("[data-say] input").disabled = false
    find("[data-say-trouble]").textContent = detail || code
  },
}

messages.addEventListener("click", (event) => {
  const line = event.target.closest("[data-seq]")
  if (!line) return
  if (event.target.closest("[data-hide]")) {
    change("POST", `shows/${facts.slug}/hide/`, { seq: Number(line.dataset.seq) })
  } else if (event.target.closest("[data-reply]")) {
    const field = find("[data-say] input")
    field.value = `@${find('[data-slot="name"]', line).textContent} `
    field.focus()
  }
})

export function speakThrough(room) {
  find("[data-say]").addEventListener("submit", (event) => {
    event.preventDefault()
    const field = event.target.elements.text
    if (!field.value.trim()) return
    const isSent = room.send({ type: "chat.say", text: field.value, nonce: crypto.randomUUID() })
    if (isSent === false) {
      find("[data-say-trouble]").textContent = "The line is down; please try again in a moment."
    }
  })
}
