// What waits for somebody's decision: reports, and first words that the rules hold back.
import { change, find, hour } from "control/page"
import { drawRows } from "control/rows"
import { badge } from "control/views"
import { fill } from "fill"

const REASONS = { spam: "spam", abuse: "insult", fraud: "deceives", other: "other" }
const panel = find("[data-panel=waiting]")

function drawPart(name, things, options) {
  find(`[data-part=${name}]`, panel).hidden = !things.length
  drawRows(find(`[data-${name}]`, panel), things, options)
}

function about(row, name) {
  find("[data-more]", row).setAttribute("aria-label", `What to do about ${name}’s message`)
}

function drawHeld(row, { seq, at, data }) {
  row.dataset.seq = seq
  row.dataset.role = data.role
  fill(row, { name: data.name, text: data.text, hour: hour(at) })
  about(row, data.name)
}

function drawHeldQuestion(row, { question, name, text, role, asked_at }) {
  row.dataset.question = question
  row.dataset.role = role
  fill(row, { name, text, hour: hour(asked_at) })
  about(row, name)
}

function drawReport(row, { seq, name, text, role = "guest", reasons, first_at }) {
  row.dataset.seq = seq
  row.dataset.role = role
  const told = Object.entries(reasons).map(([reason, times]) => `${REASONS[reason]} ${times}`)
  fill(row, { name, text, reasons: told.join(" · "), hour: hour(first_at) })
  about(row, name)
}

export const waitingHandlers = {
  "moderation.read": ({ held, held_questions, reports }) => {
    drawPart("reports", reports, { template: "report", key: ({ seq }) => seq, draw: drawReport })
    drawPart("held", held, { template: "held", key: ({ seq }) => seq, draw: drawHeld })
    drawPart("held-questions", held_questions, {
      template: "held",
      key: ({ question }) => question,
      draw: drawHeldQuestion,
    })
    const waiting = held.length + held_questions.length + reports.length
    find("[data-nothing-waits]", panel).hidden = waiting > 0
    badge("waiting", waiting)
  },
}

// A question that is refused is hidden: nobody ever saw it.
function decide({ seq, question }, act) {
  if (!question) return change("POST", `${act}/`, { seq: Number(seq) })
  return change("POST", `questions/${question}/${act === "refuse" ? "hide" : act}/`)
}

panel.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act]")
  if (!button) return
  button.disabled = true
  await decide(button.closest("[data-kind]").dataset, button.dataset.act)
  button.disabled = false
})
