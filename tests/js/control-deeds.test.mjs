import assert from "node:assert/strict"
import { test } from "node:test"
import { deed, standing } from "../../static/js/control/deeds.js"

const hour = (stamp) => stamp.slice(11, 16)
const until = "2026-11-22T18:05:00.000Z"
const told = (data) => deed({ by: "Noor", ...data }, hour)

test("what was done to somebody names them", () => {
  assert.equal(told({ action: "hide", seq: 4, name: "Bob" }), "deleted a message of Bob")
  assert.equal(told({ action: "mute", name: "Bob", until }), "muted Bob until 18:05")
  assert.equal(told({ action: "question.hide", question: 3, name: "Bob" }), "hid a question of Bob")
})

test("the rules that were changed are told, the others are not", () => {
  assert.equal(
    told({ action: "rules", rules: { slow_seconds: 10, no_links: false } }),
    "changed the rules: slow mode 10 s, links allowed",
  )
  assert.equal(
    told({ action: "rules", rules: { slow_seconds: 0 } }),
    "changed the rules: slow mode off",
  )
})

test("a list of words tells how many came and went, not which", () => {
  const words = { added: ["one", "two"], removed: ["three"] }

  assert.equal(told({ action: "words", words }), "changed the list of words: 2 more, 1 less")
  assert.equal(
    told({ action: "words", words: { added: [], removed: ["one"] } }),
    "changed the list of words: 1 less",
  )
})

test("a deed nobody has words for yet is told by its name", () => {
  assert.equal(told({ action: "something.new" }), "something.new")
})

test("a ban outweighs a mute, and all well is no words", () => {
  assert.equal(standing({ is_banned: true, muted_until: until }, hour), "banned")
  assert.equal(standing({ is_banned: false, muted_until: until }, hour), "muted until 18:05")
  assert.equal(standing({ is_banned: false, muted_until: null }, hour), "")
})
