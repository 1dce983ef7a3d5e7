import assert from "node:assert/strict"
import { test } from "node:test"
import { makeSteady } from "../../static/js/player/steady.js"

function line() {
  const clock = { now: 0 }
  const steady = makeSteady(() => clock.now)
  const stallAt = (seconds) => {
    clock.now = seconds * 1000
    return steady.stalled()
  }
  const calmedAt = (seconds) => {
    clock.now = seconds * 1000
    return steady.calmed()
  }
  return { steady, stallAt, calmedAt }
}

test("the third stall within half a minute gives low latency up, once", () => {
  const { steady, stallAt } = line()

  assert.deepEqual([stallAt(1), stallAt(10), steady.isLow()], [false, false, true])
  assert.deepEqual([stallAt(30), steady.isLow()], [true, false])
  assert.deepEqual([stallAt(31), steady.isLow()], [false, false])
})

test("stalls that lie further apart are borne", () => {
  const { steady, stallAt } = line()

  assert.deepEqual([0, 20, 40, 60, 80].map(stallAt), Array(5).fill(false))
  assert.equal(steady.isLow(), true)
})

test("after two calm minutes low latency is tried again; a new stall begins them anew", () => {
  const { steady, stallAt, calmedAt } = line()
  ;[1, 2, 3].forEach(stallAt)

  assert.equal(calmedAt(100), false)
  stallAt(101)
  assert.equal(calmedAt(123), false)
  assert.equal(calmedAt(221), true)
  assert.equal(steady.isLow(), true)
  assert.equal(calmedAt(500), false)
})

test("a line that fails again must be calm for twice as long", () => {
  const { stallAt, calmedAt } = line()
  ;[1, 2, 3].forEach(stallAt)
  calmedAt(123)
  ;[124, 125, 126].forEach(stallAt)

  assert.equal(calmedAt(300), false)
  assert.equal(calmedAt(366), true)
})
