import assert from "node:assert/strict"
import { test } from "node:test"
import { minorUnits, units } from "../../static/js/control/typed.js"

test("an amount becomes minor units of its currency", () => {
  assert.equal(minorUnits("19", "eur"), 1900)
  assert.equal(minorUnits(" 19,5 ", "eur"), 1950)
  assert.equal(minorUnits("0.07", "eur"), 7)
  assert.equal(minorUnits("1900", "jpy"), 1900)
  assert.equal(minorUnits("1.5", "kwd"), 1500)
})

test("what is no amount, or finer than the currency, is none", () => {
  for (const text of ["", "-1", "1e3", "1.005", "1,000.00", "١٢", "0x10", "NaN"]) {
    assert.equal(minorUnits(text, "eur"), null, text)
  }
  assert.equal(minorUnits("19.5", "jpy"), null)
  assert.equal(minorUnits("19.00", "jpy"), 19)
})

test("units are whole, and nothing typed is no limit", () => {
  assert.equal(units("12"), 12)
  for (const text of ["", "1.5", "-1", "12345678"]) assert.equal(units(text), null, text)
})
