import assert from "node:assert/strict"
import { test } from "node:test"
import { asksOf, nextStep, waysToPay } from "../../static/js/till/ways.js"

const visa = { id: "pm_1", card: { brand: "visa", last4: "4242" } }
const typed = { type: "card", "card[number]": "4242424242424242" }
const kinds = (ways) => ways.map(({ kind }) => kind)
const way = (kind) =>
  waysToPay({ cards: [visa], types: ["card", "klarna"] }).find((each) => each.kind === kind)

test("a saved card comes first, because one tap pays", () => {
  const ways = waysToPay({ cards: [visa], types: ["card", "klarna"] })

  assert.deepEqual(kinds(ways), ["saved", "card", "later"])
  assert.equal(ways[0].label, "Visa ending in 4242")
})

test("who has no card and may not pay later has nothing to choose", () => {
  assert.deepEqual(kinds(waysToPay({})), ["card"])
  assert.deepEqual(kinds(waysToPay({ types: ["card"] })), ["card"])
})

test("a saved card is paid with as it is", () => {
  assert.deepEqual(asksOf(way("saved"), { card: typed, isKept: true }), {
    method: null,
    confirm: { payment_method: "pm_1" },
  })
})

test("a new card is kept only by who asked for it", () => {
  const once = asksOf(way("card"), { card: typed })
  const kept = asksOf(way("card"), { card: typed, isKept: true })

  assert.deepEqual(once, { method: typed, confirm: {} })
  assert.equal(kept.method.allow_redisplay, "always")
  assert.deepEqual(kept.confirm, { setup_future_usage: "on_session" })
})

test("paying later sends no card", () => {
  const { method, confirm } = asksOf(way("later"), { card: typed, isKept: true })

  assert.deepEqual(method, { type: "klarna" })
  assert.deepEqual(confirm, {})
})

test("only what was answered decides where it goes", () => {
  const url = "http://till.test/redirects/1"
  const redirect = { type: "redirect_to_url", redirect_to_url: { url } }

  assert.deepEqual(nextStep({ status: "requires_capture" }), { step: "over" })
  assert.deepEqual(nextStep({ error: { message: "No." } }), { step: "over" })
  assert.deepEqual(nextStep({ status: "requires_action", next_action: redirect }), {
    step: "leave",
    url,
  })
  assert.deepEqual(
    nextStep({ status: "requires_action", next_action: { type: "use_stripe_sdk" } }),
    { step: "ask" },
  )
})
