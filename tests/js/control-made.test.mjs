import assert from "node:assert/strict"
import test from "node:test"
import "./bare-names.mjs"

const { isSettled } = await import("../../static/js/control/made.js")

for (const [key, was, status, wanted] of [
  ["upload-1", "making", "ready", true],
  ["upload-1", "due", "ready", true],
  ["upload-1", "making", "failed", true],
  ["upload-1", "due", "making", false],
  ["upload-1", "ready", "ready", false],
  ["upload-1", "failed", "failed", false],
  ["rendition-1", "making", "ready", false],
]) {
  test(`the page is ${wanted ? "" : "not "}read anew: ${key} from ${was} to ${status}`, () => {
    assert.equal(isSettled({ status: was }, { key, status }), wanted)
  })
}
