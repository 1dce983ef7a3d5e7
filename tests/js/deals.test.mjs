import "./bare-names.mjs"
import assert from "node:assert/strict"
import { test } from "node:test"

const { makeDeals } = await import("../../static/js/shop/deals.js")

const card = (deal, item, seconds, more = {}) => ({
  deal,
  item,
  price: 1900,
  ends_at: new Date(seconds * 1000).toISOString(),
  cap: null,
  limit_each: null,
  ...more,
})

function book() {
  const time = { now: 0 }
  const heard = []
  const ticking = new Set()
  const deals = makeDeals({
    changed: (open) => heard.push(open.map(({ deal }) => deal)),
    now: () => time.now,
    every: (run) => {
      ticking.add(run)
      return run
    },
    stop: (run) => void ticking.delete(run),
  })
  const at = (seconds) => {
    time.now = seconds * 1000
    ticking.forEach((run) => run())
  }
  const hear = (type, data) => deals.handlers[type](type === "room.snapshot" ? data : { data })
  return { deals, heard, ticking, at, hear }
}

test("a deal counts from its fact to its time, by the clock alone", () => {
  const { deals, heard, ticking, at, hear } = book()

  hear("deal.opened", card(1, 8, 42))
  assert.deepEqual(deals.of(8), { ends: "Ends in 0:42", terms: null })
  at(41.2)
  assert.equal(deals.of(8).ends, "Ends in 0:01")
  at(42)

  assert.equal(deals.of(8), null)
  assert.deepEqual(heard, [[1], []])
  assert.equal(ticking.size, 0)
})

test("what is left at the price and per customer is said; at zero the price goes", () => {
  const { deals, heard, hear } = book()

  hear("deal.opened", card(1, 8, 60, { cap: 10, limit_each: 2 }))
  assert.equal(deals.of(8).terms, "10 left at this price · 2 per customer")
  deals.count({ 1: 7 })
  assert.equal(deals.of(8).terms, "7 left at this price · 2 per customer")
  deals.count({ 1: 0 })
  assert.equal(deals.of(8), null)
  deals.count({ 1: 1 }) // somebody let go of one

  assert.equal(deals.of(8).terms, "1 left at this price · 2 per customer")
  assert.deepEqual(heard, [[1], [], [1]])
})

test("the host ends a deal before its time, and another one takes its place", () => {
  const { deals, heard, hear } = book()

  hear("deal.opened", card(1, 8, 60))
  hear("deal.opened", card(2, 8, 60, { price: 1500 }))
  hear("deal.closed", { deal: 1, item: 8 })
  assert.equal(deals.of(8).ends, "Ends in 1:00")
  hear("deal.closed", { deal: 2, item: 8 })

  assert.equal(deals.of(8), null)
  assert.deepEqual(heard, [[1], [2], []])
})

test("after a snapshot only its deals count, and none once the show has ended", () => {
  const { deals, hear, ticking } = book()

  hear("deal.opened", card(1, 8, 60))
  hear("room.snapshot", { deals: [card(2, 9, 60)] })
  assert.equal(deals.of(8), null)
  assert.equal(deals.of(9).ends, "Ends in 1:00")
  hear("show.ended", {})

  assert.equal(deals.of(9), null)
  assert.equal(ticking.size, 0)
})
