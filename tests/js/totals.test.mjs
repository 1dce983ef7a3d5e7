import "./bare-names.mjs"
import assert from "node:assert/strict"
import { test } from "node:test"

const { drawTotals, rate } = await import("../../static/js/shop/totals.js")

const money = (amount) => `€${(amount / 100).toFixed(2)}`
const quote = {
  items_total: 4000,
  coupon: "KILN10",
  discount: 400,
  zone: "Germany",
  shipping: 490,
  tax: 653,
  tax_rate: 1900,
  is_tax_included: true,
  total: 4090,
}

// An element that has every slot once: {slot: text}, null where it is hidden.
function drawn(sums) {
  const slots = {}
  const root = {
    querySelectorAll(selector) {
      const [, name] = /"(.+)"/.exec(selector)
      return [
        {
          set textContent(text) {
            slots[name] = text
          },
          set hidden(isHidden) {
            if (isHidden) slots[name] = null
          },
        },
      ]
    },
  }
  drawTotals(root, sums, money)
  return slots
}

test("everything that makes the total is said, the contained tax below it", () => {
  assert.deepEqual(drawn(quote), {
    items: "€40.00",
    code: "KILN10",
    discount: "−€4.00",
    place: " · Germany",
    shipping: "€4.90",
    rate: "19 %",
    tax: null,
    total: "€40.90",
    contained: "€6.53",
  })
})

test("tax that is added stands above the total, and none is said where there is none", () => {
  const added = drawn({ ...quote, is_tax_included: false, tax_rate: 725 })
  const none = drawn({ ...quote, tax: 0, tax_rate: 0 })

  assert.deepEqual([added.tax, added.contained, added.rate], ["€6.53", null, "7.25 %"])
  assert.deepEqual([none.tax, none.contained], [null, null])
  assert.equal(rate(0), "0 %")
})

test("a code that takes nothing off is no discount, and an order knows its own code", () => {
  const idle = drawn({ ...quote, discount: 0 })
  const { coupon, ...order } = { ...quote, coupon_code: "KILN10", zone: undefined, shipping: 0 }

  assert.deepEqual([idle.discount, idle.code], [null, null])
  const { code, place, shipping } = drawn(order)
  assert.deepEqual([code, place, shipping], ["KILN10", null, "Free"])
})
