// A question to everyone: composing it, watching it, closing it.
import { levels } from "control/levels"
import { change, find } from "control/page"
import { drawRows } from "control/rows"
import { shares } from "control/shares"
import { clone, fill } from "fill"

const [FEWEST, MOST] = [2, 6]
const [board, form] = [find("[data-poll]"), find("[data-poll-form]")]
const options = find("[data-options]", form)
let poll = null // the open one, or the last that was closed
let isOpen = false

function drawPoll() {
  board.hidden = !poll
  form.hidden = isOpen
  if (!poll) return
  const votes = poll.counts.reduce((all, each) => all + each, 0)
  const told = votes === 1 ? "1 vote" : `${votes} votes`
  fill(board, { question: poll.question, votes: isOpen ? told : `Closed with ${told}` })
  find("[data-close-poll]", board).hidden = !isOpen
  drawRows(find("[data-bars]", board), shares(poll.options, poll.counts), {
    template: "bar",
    key: ({ option }) => option,
    draw(row, { option, count, share }) {
      fill(row, { option, count, share: `${Math.round(share * 100)} %` })
      find("progress", row).value = share
    },
  })
}

function count(counts = poll.counts) {
  poll = { ...poll, counts }
  drawPoll()
}

levels.watch("poll_counts", (counts) => isOpen && count(counts[poll.poll]))

export const pollHandlers = {
  "room.snapshot": ({ poll: current }) => {
    if (current || isOpen) poll = current
    isOpen = Boolean(current)
    drawPoll()
  },
  "poll.opened": ({ data }) => {
    poll = { ...data, counts: data.options.map(() => 0) }
    isOpen = true
    drawPoll()
  },
  "poll.closed": ({ data }) => {
    if (poll?.poll !== data.poll) return
    isOpen = false
    count(data.counts)
  },
}

function drawOptions() {
  ;[...options.children].forEach((row, at, { length }) => {
    const [label, field, drop] = row.children
    label.textContent = `Option ${at + 1}`
    label.htmlFor = field.id = `option-${at + 1}`
    field.placeholder = label.textContent
    field.required = at < FEWEST
    drop.hidden = length <= FEWEST
    drop.setAttribute("aria-label", `Without option ${at + 1}`)
  })
  find("[data-add-option]", form).hidden = options.childElementCount >= MOST
}

function addOption() {
  options.append(clone("option"))
  drawOptions()
}

function empty() {
  form.reset()
  options.replaceChildren(...Array.from({ length: FEWEST }, () => clone("option")))
  drawOptions()
}

find("[data-add-option]", form).addEventListener("click", () => {
  addOption()
  find("input", options.lastElementChild).focus()
})

options.addEventListener("click", (event) => {
  if (!event.target.closest("[data-drop-option]")) return
  event.target.closest("li").remove()
  drawOptions()
  find("input", options.lastElementChild).focus()
})

form.addEventListener("submit", async (event) => {
  event.preventDefault()
  const fields = [...options.querySelectorAll("input")].map(({ value }) => value.trim())
  const asked = { question: form.elements.question.value, options: fields.filter(Boolean) }
  const tell = (words) => (find("[data-poll-trouble]", form).textContent = words)
  if (await change("POST", "poll/", asked, tell)) empty()
})

find("[data-close-poll]", board).addEventListener("click", () => change("DELETE", "poll/"))
empty()
