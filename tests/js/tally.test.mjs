import assert from "node:assert/strict"
import { test } from "node:test"
import { makeTally } from "../../static/js/room/tally.js"

function hearts({ isOpen = true } = {}) {
  const sent = []
  const timers = []
  const line = { isOpen }
  const send = (frame) => line.isOpen && sent.push([frame.kind, frame.count]) > 0
  const tally = makeTally(send, { later: (run) => timers.push(run) })
  const second = () => timers.splice(0).forEach((run) => run())
  return { tally, sent, second, line }
}

test("the first tap goes at once, those of the next second go together", () => {
  const { tally, sent, second } = hearts()

  for (let tap = 0; tap < 5; tap += 1) tally.tap("heart")
  assert.deepEqual(sent, [["heart", 1]])
  second()
  second()

  assert.deepEqual(sent, [["heart", 1], ["heart", 4]])
})

test("one frame carries one kind and at most twenty; the rest waits its turn", () => {
  const { tally, sent, second } = hearts()

  tally.tap("heart")
  for (let tap = 0; tap < 30; tap += 1) tally.tap("heart")
  tally.tap("wow")
  for (let step = 0; step < 5; step += 1) second()

  assert.deepEqual(sent, [["heart", 1], ["heart", 20], ["wow", 1], ["heart", 10]])
})

test("what is tapped while the line is down is not sent later", () => {
  const { tally, sent, second, line } = hearts({ isOpen: false })

  tally.tap("heart")
  line.isOpen = true
  second()
  tally.tap("clap")

  assert.deepEqual(sent, [["clap", 1]])
})

test("one's own hearts come back in the room's level and are not counted as others'", () => {
  const { tally } = hearts()

  for (let tap = 0; tap < 3; tap += 1) tally.tap("heart")

  assert.deepEqual(tally.others({ heart: 11 }, { heart: 10 }), {})
  assert.deepEqual(tally.others({ heart: 18, wow: 1 }, { heart: 11 }), { heart: 5, wow: 1 })
  assert.deepEqual(tally.others({ heart: 20, wow: 1 }, { heart: 18, wow: 1 }), { heart: 2 })
})

test("a snapshot is where counting begins: nothing rises from it", () => {
  const { tally } = hearts()

  tally.tap("heart")

  assert.deepEqual(tally.others({ heart: 5000 }, null), {})
  assert.deepEqual(tally.others({ heart: 5001 }, { heart: 5000 }), { heart: 1 })
})
