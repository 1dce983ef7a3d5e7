import "./bare-names.mjs"
import assert from "node:assert/strict"
import { test } from "node:test"

const { makeDrops } = await import("../../static/js/shop/drops.js")

function drawer(answers) {
  const time = { now: 0 }
  const queue = []
  const drawn = []
  let asked = 0
  const drops = makeDrops({
    draw: (lines) => drawn.push(lines.map((line) => `${line.drop} ${line.in}`)),
    refresh: async () => answers[asked++],
    now: () => time.now,
    later: (run, ms) => queue.push({ run, at: time.now + ms }),
    random: () => 0,
  })
  const until = async (ms) => {
    for (;;) {
      queue.sort((a, b) => a.at - b.at)
      if (!queue.length || queue[0].at > ms) break
      const { run, at } = queue.shift()
      time.now = at
      await run()
    }
    time.now = ms
  }
  return { drops, drawn, until, asked: () => asked, waiting: () => queue.length }
}
const drop = (number, seconds) => ({ number, reveal_at: new Date(seconds * 1000).toISOString() })

test("a drop is counted down, fetched at its time, and its line goes", async () => {
  const { drops, drawn, until, asked, waiting } = drawer([[]])

  drops.handlers["room.snapshot"]({ drops: [drop(4, 3)] })
  await until(2999)
  assert.deepEqual(drawn.flat(), ["0:03", "0:02", "0:01"].map((left) => `No. 4 drops in ${left}`))
  assert.equal(asked(), 0)
  await until(10_000)

  assert.equal(asked(), 1)
  assert.deepEqual(drawn.at(-1), [])
  assert.equal(waiting(), 0)
})

test("a server whose clock is a little behind is asked again", async () => {
  const { drops, drawn, until, asked } = drawer([[drop(4, 1)], undefined, []])

  drops.handlers["room.snapshot"]({ drops: [drop(4, 1)] })
  await until(20_000)

  assert.equal(asked(), 3)
  assert.deepEqual(drawn.at(-1), [])
})

test("a snapshot takes back what was announced", async () => {
  const { drops, drawn, until, asked } = drawer([])

  drops.handlers["room.snapshot"]({ drops: [drop(4, 5)] })
  drops.handlers["room.snapshot"]({})
  await until(20_000)

  assert.equal(asked(), 0)
  assert.deepEqual(drawn.at(-1), [])
})
