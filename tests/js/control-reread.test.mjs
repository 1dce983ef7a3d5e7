import assert from "node:assert/strict"
import { test } from "node:test"
import { rereader } from "../../static/js/control/reread.js"

// Readings and pauses that end when the test says so.
function gates() {
  const open = []
  return { pass: () => new Promise((done) => open.push(done)), next: () => open.shift()?.() }
}

const settle = () => new Promise((done) => setImmediate(done))

test("many changes during one reading are read once, after it", async () => {
  const [reading, pause] = [gates(), gates()]
  let started = 0
  const reread = rereader(() => {
    started += 1
    return reading.pass()
  }, pause.pass)

  for (let change = 0; change < 5; change += 1) reread()
  assert.equal(started, 1)

  reading.next()
  await settle()
  reread()
  assert.equal(started, 1, "not before the pause is over")

  pause.next()
  await settle()
  assert.equal(started, 2)

  reading.next()
  await settle()
  pause.next()
  await settle()
  assert.equal(started, 2, "nothing changed meanwhile")
})

test("a reading that fails does not keep the next from being tried", async () => {
  let started = 0
  const reread = rereader(async () => {
    started += 1
    if (started === 1) throw new Error("no")
  }, async () => {})

  await assert.rejects(reread())
  await reread()

  assert.equal(started, 2)
})
