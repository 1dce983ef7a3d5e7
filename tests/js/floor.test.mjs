import assert from "node:assert/strict"
import { test } from "node:test"
import { floor, ruleWords } from "../../static/js/room/floor.js"

const NOW = Date.parse("2026-11-22T18:00:00.000Z")
const hour = (moment) => new Date(moment).toISOString().slice(11, 16)
const asked = (also) => floor({ standing: null, rules: { slow_seconds: 0 }, now: NOW, ...also }, hour)

test("usually one may speak, and the field says what it always says", () => {
  assert.deepEqual(asked({}), { isClosed: false, wait: 0, words: null })
})

test("who is muted reads until when, and may speak again from then on", () => {
  const standing = { muted_until: "2026-11-22T18:10:00.000Z", is_banned: false }

  assert.deepEqual(asked({ standing }), {
    isClosed: true,
    wait: 600_000,
    words: "Muted until 18:10",
  })
  assert.equal(asked({ standing, now: NOW + 600_000 }).isClosed, false)
})

test("who is banned stays so", () => {
  const standing = { muted_until: null, is_banned: true }

  assert.deepEqual(asked({ standing, now: NOW + 1e12 }).isClosed, true)
})

test("slow mode counts down after one's own words, for guests only", () => {
  const slow = { rules: { slow_seconds: 30 }, saidAt: NOW - 9500 }

  assert.deepEqual(asked(slow), { isClosed: false, wait: 20_500, words: "Again in 21 s" })
  assert.equal(asked({ ...slow, isStaff: true }).wait, 0)
  assert.equal(asked({ ...slow, now: NOW + 20_500 }).words, null)
  assert.equal(asked({ rules: { slow_seconds: 30 } }).wait, 0)
})

test("each rule that is on has its sentence", () => {
  assert.deepEqual(ruleWords({ slow_seconds: 0, no_links: false, holds_first: false }), [])
  assert.equal(ruleWords({ slow_seconds: 30, no_links: true, holds_first: true }).length, 3)
})
