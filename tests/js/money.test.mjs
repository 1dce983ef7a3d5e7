import assert from "node:assert/strict"
import { test } from "node:test"
import { money } from "../../static/js/money.js"

test("minor units become the text the server writes", () => {
  assert.equal(money(1999, "eur"), "€19.99")
  assert.equal(money(123450, "usd"), "$1,234.50")
  assert.equal(money(490, "gbp"), "£4.90")
  assert.equal(money(0, "eur"), "€0.00")
})

test("a currency without cents has none", () => {
  assert.equal(money(1500, "jpy"), "¥1,500")
})
