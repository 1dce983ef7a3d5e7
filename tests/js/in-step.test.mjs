import assert from "node:assert/strict"
import { test } from "node:test"
import { inStep } from "../../static/js/room/in-step.js"

const fact = (name, at) => ({ name, at: new Date(at).toISOString() })

function screen({ shown, limit = 4000 }) {
  const state = { shown, limit, now: 0, acted: [] }
  const steps = inStep({
    playingAt: () => state.shown,
    act: ({ name }) => state.acted.push(name),
    limit: () => state.limit,
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

test("a pin waits as long as the picture may be late, and no longer", () => {
  const { state, steps } = screen({ shown: 1000 })

  steps.add(fact("pin", 60_000))
  state.now = 3999
  steps.run()
  assert.deepEqual(state.acted, [])
  state.now = 4000
  steps.run()

  assert.deepEqual(state.acted, ["pin"])
})

test("when the picture becomes a later one, a pin that waits already waits with it", () => {
  const { state, steps } = screen({ shown: 1000 })

  steps.add(fact("pin", 8500))
  state.limit = 10_000
  state.now = 7400
  steps.run()
  assert.deepEqual(state.acted, [])
  state.shown = 8500
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
