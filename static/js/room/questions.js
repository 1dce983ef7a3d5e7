// Questions apart from the chat: asked and voted up in the sheet, the one answered over the picture.
import { clone, fill } from "fill"
import { makeQuestionList } from "room/question-list"

const CALM = 3000 // ms between two changes of the order that only votes have caused

export function makeQuestions({ page, step, button, levels, answers, nickname, play, stage }) {
  const list = step.querySelector("[data-questions]")
  const form = step.querySelector("[data-ask]")
  const trouble = form.querySelector("[data-trouble]")
  const questions = makeQuestionList()
  const rows = new Map() // id → its line on the page
  const key = `voted-${page.dataset.slug}`
  const voted = remembered(key)
  let banner // the question named over the picture
  let orderedAt = 0
  let ordering = null

  // ---- drawing

  function draw() {
    for (const [id, row] of rows) {
      if (questions.get(id)) continue
      row.remove()
      rows.delete(id)
    }
    questions.all().forEach(drawRow)
    order()
    const open = stage.status === "ended" ? 0 : questions.open()
    fill(button, { open: open || null })
    button.setAttribute("aria-label", open ? `Questions, ${open} open` : "Questions")
    step.querySelector("[data-empty]").hidden = rows.size > 0
    if (stage.status !== "ended") answering(questions.answering())
  }

  function drawRow({ question, name, text, status, votes, answering_at: from }) {
    const row = rows.get(question) ?? clone("question")
    rows.set(question, row)
    const isVoted = voted.has(question)
    const isOver = stage.status === "ended"
    fill(row, { name, text, votes: votes ?? 0, status: WORDS[status] ?? null })
    row.dataset.question = question
    row.dataset.status = status
    const vote = row.querySelector("[data-vote]")
    vote.disabled = status === "answered" || isOver
    vote.setAttribute("aria-pressed", isVoted)
    row.querySelector("[data-play]").hidden = !(isOver && from)
  }

  // Lines change places only where they must: one that is moved loses the focus.
  function order() {
    orderedAt = Date.now()
    clearTimeout(ordering)
    ordering = null
    const focused = document.activeElement
    const inOrder = stage.status === "ended" ? questions.forReplay() : questions.all()
    inOrder.forEach(({ question }, place) => {
      const row = rows.get(question)
      if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null)
    })
    if (list.contains(focused)) focused.focus({ preventScroll: true })
  }

  function answering(question) {
    if (banner === (question?.text ?? null)) return
    banner = question?.text ?? null
    fill(page, { answering: question ? `Answering: ${question.text}` : null })
  }

  // ---- asking and voting

  function ask(text, name) {
    const isSent = answers.ask({ type: "question.ask", text, name }, (answer) => {
      if (answer.type === "error") {
        form.elements.text.value ||= text
        fill(form, { asked: null })
        if (answer.field === "name") return nickname.ask((other) => ask(text, other), answer.detail)
        trouble.textContent = answer.detail || answer.code
      } else {
        fill(form, { asked: answer.type === "chat.held" ? HELD : "Your question is in the list." })
      }
    })
    if (!isSent) return (trouble.textContent = OFFLINE)
    form.reset()
  }

  function vote(id) {
    const isSent = answers.ask({ type: "question.vote", question: id }, ({ type, detail, code }) => {
      if (type !== "error") return
      trouble.textContent = detail || code
      voted.delete(id)
      draw()
    })
    trouble.textContent = isSent ? "" : OFFLINE
    if (isSent) remember(id)
  }

  function remember(id) {
    voted.add(id)
    try {
      sessionStorage.setItem(key, JSON.stringify([...voted]))
    } catch {
      // storage is closed to us: the server knows who voted
    }
    draw()
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault()
    trouble.textContent = ""
    const text = form.elements.text.value.trim()
    if (text) nickname.use((name) => ask(text, name))
  })
  list.addEventListener("click", ({ target }) => {
    const id = Number(target.closest("[data-question]")?.dataset.question)
    if (target.closest("[data-vote]") && !voted.has(id)) vote(id)
    else if (target.closest("[data-play]")) play(Date.parse(questions.get(id).answering_at))
  })
  levels.watch("votes", (votes) => {
    questions.setVotes(votes)
    questions.all().forEach((each) => rows.has(each.question) && drawRow(each))
    ordering ??= setTimeout(order, Math.max(0, orderedAt + CALM - Date.now()))
  })

  const hear = (fact) => {
    questions.take(fact)
    draw()
  }
  return {
    draw,
    answering,
    handlers: {
      "room.snapshot": (snapshot) => {
        questions.replace(snapshot.questions ?? [])
        questions.setVotes(snapshot.votes ?? {})
        draw()
      },
      ...Object.fromEntries(questions.types.map((type) => [type, hear])),
    },
  }
}

const WORDS = { answering: "Being answered now", answered: "Answered" }
const HELD = "Thank you. It is shown once a moderator has seen it."
const OFFLINE = "You are offline. Please try again in a moment."

function remembered(key) {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(key)))
  } catch {
    return new Set()
  }
}
