import assert from "node:assert/strict"
import { test } from "node:test"

globalThis.document = { documentElement: { lang: "en" } }
Object.defineProperty(globalThis, "navigator", { value: { languages: ["en-GB"] } })
const { localise } = await import("../../static/js/local-time.js")

// A <time data-local> of now, with these words before it.
function written(before) {
  const element = { dateTime: new Date().toISOString(), dataset: { local: "day" } }
  element.previousSibling = before === null ? null : { textContent: before }
  localise({ querySelectorAll: () => [element] })
  return element.textContent
}

test("a time alone begins with a capital", () => {
  assert.equal(written(null), "Today")
  assert.equal(written("\n  "), "Today")
})

test("a time within a sentence does not", () => {
  assert.equal(written("You can take it back until "), "today")
})
