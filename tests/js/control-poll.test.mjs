import assert from "node:assert/strict"
import { test } from "node:test"
import { shares } from "../../static/js/control/shares.js"

test("every option has its part of all votes", () => {
  assert.deepEqual(shares(["Sage", "Oat"], [3, 1]), [
    { option: "Sage", count: 3, share: 0.75 },
    { option: "Oat", count: 1, share: 0.25 },
  ])
})

test("nobody has voted: nobody leads, and nothing is divided by nothing", () => {
  assert.deepEqual(
    shares(["Sage", "Oat"], []).map(({ count, share }) => [count, share]),
    [
      [0, 0],
      [0, 0],
    ],
  )
})
