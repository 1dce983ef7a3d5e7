// The chat as the shop's people see it: what is said, what became of it, what stands on top.
import { change, find } from "control/page"
import { soon } from "control/soon"
import { count } from "control/views"
import { clone, fill } from "fill"

const LINES = 300 // messages kept on the page
const [frame, messages] = [find(".messages-frame"), find("[data-messages]")]
const top = find("[data-top-message]")
const menu = document.querySelector("[data-menu]")
let isFollowing = true
let due = [] // said since the last frame
let pinned = null // seq
let reports = [] // as moderation was last read

const lineOf = (seq) => find(`[data-seq="${Number(seq)}"]`, messages)

function makeLine({ seq, data }) {
  const line = clone("message")
  line.dataset.seq = seq
  line.dataset.role = data.role
  fill(line, {
    name: data.name,
    text: data.text,
    role: data.role === "guest" ? "" : data.role,
    quote: data.reply?.text ? `${data.reply.name}: ${data.reply.text}` : null,
  })
  find("[data-more]", line).setAttribute("aria-label", `What to do about ${data.name}’s message`)
  return line
}

function drawDue() {
  const fresh = due.filter(({ seq, data }) => !data.hidden && !lineOf(seq)).slice(-LINES)
  due = []
  messages.append(...fresh.map(makeLine))
  // Who reads back is left in peace: nothing moves, and little is dropped from above.
  const most = isFollowing ? LINES : 2 * LINES
  while (messages.childElementCount > most) messages.firstElementChild.remove()
  find("[data-no-messages]", frame).hidden = messages.childElementCount > 0
  drawMarks()
}

const drawSoon = soon(drawDue)

function follow() {
  // A menu that is open belongs to a line: that line stays where it is.
  if (isFollowing && !menu.matches(":popover-open")) messages.scrollTop = messages.scrollHeight
  find("[data-newest]", frame).hidden = isFollowing
}

function drawMarks() {
  const counted = new Map(reports.map(({ seq, reasons }) => [seq, sum(reasons)]))
  for (const line of messages.children) {
    const seq = Number(line.dataset.seq)
    line.toggleAttribute("data-pinned", seq === pinned)
    find('[data-slot="pin"]', line).hidden = seq !== pinned
    const times = counted.get(seq)
    fill(line, { reports: times ? `Reported ${times}×` : null })
  }
  follow()
}

const sum = (counts) => Object.values(counts).reduce((all, each) => all + each, 0)

function drawTop(message) {
  pinned = message?.seq ?? null
  top.hidden = !message
  if (message) fill(top, { name: message.name, text: message.text })
  drawMarks()
}

function strike({ at, data }) {
  drawDue()
  const line = lineOf(data.seq)
  if (!line) return
  line.dataset.hidden = at
  fill(line, { fate: "Deleted" })
  if (data.seq === pinned) drawTop(null)
}

// What goes with one deed, be it a whole person's words, goes at one moment.
function sign({ at, data }) {
  for (const line of messages.querySelectorAll(`[data-hidden="${at}"]`)) {
    fill(line, { fate: `Deleted by ${data.by}` })
  }
  follow()
}

export const chatHandlers = {
  "room.snapshot": ({ chat, pinned_message }) => {
    messages.replaceChildren()
    isFollowing = true
    due = chat
    drawDue()
    drawTop(pinned_message)
  },
  "chat.posted": (fact) => {
    due.push(fact)
    if (due.length > LINES) due.shift() // a page in the background draws nothing for long
    count("chat")
    drawSoon()
  },
  "chat.hidden": strike,
  "chat.pinned": ({ data }) => drawTop(data),
  "chat.unpinned": () => drawTop(null),
  "mod.acted": sign,
  "moderation.read": (answer) => {
    reports = answer.reports
    drawMarks()
  },
}

messages.addEventListener("scroll", () => {
  isFollowing = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 60
  find("[data-newest]", frame).hidden = isFollowing
})

find("[data-newest]", frame).addEventListener("click", () => {
  isFollowing = true
  follow()
  messages.focus({ preventScroll: true })
})

// Shown again, or smaller by a message on top: the newest stay in sight.
new ResizeObserver(follow).observe(messages)
menu.addEventListener("toggle", follow)

find("[data-unpin-message]").addEventListener("click", () => change("DELETE", "pinned-message/"))
