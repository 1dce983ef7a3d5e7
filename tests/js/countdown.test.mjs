import assert from "node:assert/strict"
import { test } from "node:test"
import { makeClock } from "../../static/js/clock.js"
import { countdown, left, span } from "../../static/js/countdown.js"

test("what is left is counted in whole seconds and never below zero", () => {
  assert.deepEqual(left(90_061_000, 0), { days: 1, hours: 1, minutes: 1, seconds: 1, isOver: false })
  assert.equal(left(1000, 1).seconds, 1)
  assert.deepEqual(left(0, 5000), { days: 0, hours: 0, minutes: 0, seconds: 0, isOver: true })
})

test("spans are told in minutes, in hours where there are any", () => {
  assert.deepEqual([span(0), span(75.9), span(3675), span(-1)], ["0:00", "1:15", "1:01:15", "0:00"])
})

test("a countdown draws every second, ends at zero and can be stopped", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 })
  const drawn = []
  const stopped = []

  countdown(2500, ({ seconds }) => drawn.push(seconds))
  countdown(9000, ({ seconds }) => stopped.push(seconds))()
  for (let step = 0; step < 20; step += 1) context.mock.timers.tick(500)

  assert.deepEqual(drawn, [3, 2, 1, 0])
  assert.deepEqual(stopped, [9])
})

test("a phone whose clock is wrong counts by the server's", () => {
  let now = 1_000_000
  const clock = makeClock(() => now)

  clock.hear(new Date(now + 3_600_000).toUTCString(), now - 100)
  assert.ok(Math.abs(clock.now() - now - 3_600_000) < 1500)

  now += 5000
  assert.ok(Math.abs(clock.now() - now - 3_600_000) < 1500)
})

test("a header that cannot be read, or is slow to come, changes nothing", () => {
  const clock = makeClock(() => 1_000_000)

  clock.hear(new Date(9_000_000).toUTCString(), 1_000_000 - 50)
  const before = clock.now()
  clock.hear(null, 1_000_000)
  clock.hear(new Date(99_000_000).toUTCString(), 1_000_000 - 5000)

  assert.equal(clock.now(), before)
})
