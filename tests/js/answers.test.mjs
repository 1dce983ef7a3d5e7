import assert from "node:assert/strict"
import { test } from "node:test"
import "./bare-names.mjs"

const { makeAnswers } = await import("../../static/js/room/answers.js")

function line({ isOpen = true } = {}) {
  const sent = []
  const answers = makeAnswers((frame) => isOpen && sent.push(frame) > 0)
  return { answers, sent, hear: (frame) => answers.handlers[frame.type](frame) }
}

test("an answer reaches the one who asked, once", () => {
  const { answers, sent, hear } = line()
  const heard = []

  const one = answers.ask({ type: "question.vote", question: 5 }, ({ type }) => heard.push(["one", type]))
  const two = answers.ask({ type: "chat.say", text: "hi" }, ({ type }) => heard.push(["two", type]))
  hear({ type: "error", code: "too_fast", nonce: two })
  hear({ type: "done", nonce: one })
  hear({ type: "done", nonce: one })
  hear({ type: "error", code: "bad_frame" })

  assert.deepEqual(sent.map(({ nonce }) => nonce), [one, two])
  assert.deepEqual(heard, [["two", "error"], ["one", "done"]])
})

test("while the line is down nothing is asked, and nothing is sent later", () => {
  const { answers, sent } = line({ isOpen: false })

  assert.equal(answers.ask({ type: "poll.vote" }, () => assert.fail("nothing was asked")), null)
  assert.deepEqual(sent, [])
})
