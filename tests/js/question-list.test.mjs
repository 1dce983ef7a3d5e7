import assert from "node:assert/strict"
import { test } from "node:test"
import { makeQuestionList } from "../../static/js/room/question-list.js"

const at = (seconds) => new Date(1_800_000_000_000 + seconds * 1000).toISOString()
const fact = (type, seconds, data) => ({ type, seq: seconds, at: at(seconds), data })
const asked = (question, seconds) =>
  fact("question.asked", seconds, { question, name: "Priya", text: `q${question}`, role: "guest" })

function list(...facts) {
  const questions = makeQuestionList()
  facts.forEach(questions.take)
  return questions
}
const order = (questions) => questions.all().map(({ question }) => question)

test("open questions stand by votes, of equal ones the older first", () => {
  const questions = list(asked(1, 1), asked(2, 2), asked(3, 3))

  questions.setVotes({ 3: 5, 2: 1, 1: 1 })

  assert.deepEqual(order(questions), [3, 1, 2])
  assert.equal(questions.open(), 3)
})

test("the one being answered is on top, answered ones are at the end, newest first", () => {
  const questions = list(
    asked(1, 1),
    asked(2, 2),
    asked(3, 3),
    asked(4, 4),
    fact("question.answering", 5, { question: 1 }),
    fact("question.answered", 6, { question: 1, from: at(5) }),
    fact("question.answered", 7, { question: 2, from: at(7) }),
    fact("question.answering", 8, { question: 4 }),
  )
  questions.setVotes({ 3: 9, 4: 0 })

  assert.deepEqual(order(questions), [4, 3, 2, 1])
  assert.equal(questions.answering().question, 4)
  assert.equal(questions.get(1).answering_at, at(5))
  assert.equal(questions.open(), 2)
})

test("in a replay the answers come first, as they were given", () => {
  const questions = list(
    asked(1, 1),
    asked(2, 2),
    asked(3, 3),
    fact("question.answered", 6, { question: 3, from: at(5) }),
    fact("question.answered", 9, { question: 2, from: at(8) }),
  )

  assert.deepEqual(questions.forReplay().map(({ question }) => question), [3, 2, 1])
})

test("a question that is asked again after all waits with its votes", () => {
  const questions = list(asked(1, 1), asked(2, 2))
  questions.setVotes({ 1: 4 })

  questions.take(fact("question.answering", 3, { question: 1 }))
  questions.take(fact("question.reopened", 4, { question: 1 }))

  assert.equal(questions.answering(), null)
  assert.deepEqual([questions.get(1).status, questions.get(1).votes], ["open", 4])
  assert.equal(questions.get(1).answering_at, null)
})

test("what a moderator hid is gone, and what is withheld never appears", () => {
  const questions = list(
    asked(1, 1),
    fact("question.asked", 2, { hidden: true }),
    fact("question.hidden", 3, { question: 1 }),
    fact("question.answering", 4, { question: 1 }),
  )

  questions.setVotes({ 1: 3 })

  assert.deepEqual(questions.all(), [])
  assert.equal(questions.answering(), null)
})

test("a snapshot replaces everything", () => {
  const questions = list(asked(1, 1))

  questions.replace([{ question: 7, text: "q7", status: "open", votes: 2, asked_at: at(1) }])

  assert.deepEqual(order(questions), [7])
})
