// The questions: which one is answered now, which are open, which are done.
import { levels } from "control/levels"
import { change, find, hour } from "control/page"
import { drawRows } from "control/rows"
import { soon } from "control/soon"
import { badge } from "control/views"
import { fill } from "fill"
import { makeQuestionList } from "room/question-list"

const panel = find("[data-panel=questions]")
const questions = makeQuestionList()

function drawQuestion(row, { question, name, role, text, votes, status, asked_at, answered_at }) {
  row.dataset.question = question
  row.dataset.role = role
  fill(row, {
    name,
    text,
    votes,
    "votes-word": votes === 1 ? "vote" : "votes",
    hour: status === "answered" ? `answered ${hour(answered_at)}` : hour(asked_at),
  })
  find("[data-more]", row).setAttribute("aria-label", `What to do about ${name}’s question`)
  for (const button of row.querySelectorAll("[data-in]")) {
    button.hidden = !button.dataset.in.split(" ").includes(status)
  }
}

const drawSoon = soon(() => {
  const all = questions.all()
  for (const part of ["answering", "open", "answered"]) {
    const some = all.filter(({ status }) => status === part)
    find(`[data-part=${part}]`, panel).hidden = !some.length
    drawRows(find(`[data-${part}]`, panel), some, {
      template: "question",
      key: ({ question }) => question,
      draw: drawQuestion,
    })
  }
  find("[data-no-questions]", panel).hidden = all.length > 0
  badge("questions", questions.open())
})

function take(fact) {
  questions.take(fact)
  drawSoon()
}

export const questionHandlers = {
  "room.snapshot": (snapshot) => {
    questions.replace(snapshot.questions)
    drawSoon()
  },
  ...Object.fromEntries(questions.types.map((type) => [type, take])),
}

levels.watch("votes", (votes) => {
  questions.setVotes(votes)
  drawSoon()
})

panel.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act]")
  if (!button) return
  button.disabled = true
  const { question } = button.closest("[data-question]").dataset
  await change("POST", `questions/${question}/${button.dataset.act}/`)
  button.disabled = false
})
