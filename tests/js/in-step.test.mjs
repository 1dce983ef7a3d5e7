import assert from "node:assert/strict"
import { test } from "node:test"
import { inStep } from "../../static/js/room/in-step.js"

const fact = (name, at) => ({ name, at: new Date(at).toISOString() })

function screen({ shown }) {
  const state = { shown, now: 0, acted: [] }
  const steps = inStep({
    playingAt: () => state.shown,
    act: ({ name }) => state.acted.push(name),
    now: () => state.now,
  })
  return { state, steps }
}

test("a pin waits for its frame", () => {
  const { state, steps } = screen({ shown: 1000 })

  steps.add(fact("pin", 2500))
  steps.run()
  assert.deepEqual(state.acted, [])
  state.shown = 2500
  steps.run()

  assert.deepEqual(state.acted, ["pin"])
})

test("a pin waits two seconds at most, however late the picture is", () => {
  const { state, steps } = screen({ shown: 1000 })

  steps.add(fact("pin", 60_000))
  state.now = 1999
  steps.run()
  assert.deepEqual(state.acted, [])
  state.now = 2000
  steps.run()

  assert.deepEqual(state.acted, ["pin"])
})

test("without a picture a pin is shown at once", () => {
  const { state, steps } = screen({ shown: null })

  steps.add(fact("pin", 60_000))

  assert.deepEqual(state.acted, ["pin"])
})

test("nothing overtakes what came before it", () => {
  const { state, steps } = screen({ shown: 0 })

  steps.add(fact("opened", 5000))
  steps.add(fact("closed", 0))
  steps.run()
  assert.deepEqual(state.acted, [])
  state.shown = 5000
  steps.run()

  assert.deepEqual(state.acted, ["opened", "closed"])
})
