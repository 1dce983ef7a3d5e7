import assert from "node:assert/strict"
import { test } from "node:test"
import { makeGoods } from "../../static/js/shop/goods.js"

const variant = (id, price, left) => ({ id, price, list_price: 3400, left })
const mug = () => ({ item: 1, number: 2, title: "Mug", variants: [variant(7, 2900, 3), variant(8, 3100, 0)] })
const bowl = () => ({ item: 2, number: 1, title: "Bowl", variants: [variant(9, 5200, 1)] })

test("items stand in the order of their numbers, units are summed over variants", () => {
  const goods = makeGoods([mug(), bowl()])

  assert.deepEqual(goods.items().map(({ title }) => title), ["Bowl", "Mug"])
  assert.equal(goods.left(goods.item(1)), 3)
  assert.equal(goods.cheapest(goods.item(1)).price, 2900)
})

test("the pin's prices hold while it is open, and only for its item", () => {
  const goods = makeGoods([mug(), bowl()])

  goods.setPin({ ...mug(), pin: 5, variants: [variant(7, 1900, 3)] })
  assert.equal(goods.cheapest(goods.item(1)).price, 1900)
  assert.equal(goods.cheapest(goods.item(2)).price, 5200)
  goods.setPin(null)

  assert.equal(goods.cheapest(goods.item(1)).price, 2900)
  assert.equal(goods.pinned(), null)
})

test("a level beats what a card said about stock, until the server tells all anew", () => {
  const goods = makeGoods([mug()])
  let drawn = 0
  goods.watch(() => (drawn += 1))

  goods.setLevels({ 7: 1 })
  goods.setPin({ ...mug(), pin: 5 })
  assert.equal(goods.left(goods.item(1)), 1)
  goods.replace([mug()])

  assert.equal(goods.left(goods.item(1)), 3)
  assert.equal(drawn, 3)
})

test("an item that was added during the show comes with its pin", () => {
  const goods = makeGoods([mug()])

  goods.setPin({ ...bowl(), pin: 6 })

  assert.deepEqual(goods.items().map(({ title }) => title), ["Bowl", "Mug"])
})

test("a deal is what an item costs while it is open, and the usual price comes back", () => {
  const cheap = { deal: 4, item: 1, price: 1500 }
  const dealt = mug()
  dealt.deal = cheap
  dealt.variants = dealt.variants.map((each) => ({ ...each, usual_price: each.price, price: 1500 }))
  const goods = makeGoods([dealt, bowl()])
  const price = () => goods.cheapest(goods.item(1)).price

  assert.equal(price(), 1500)
  assert.deepEqual(goods.deals(), [cheap])
  goods.setDeals([])
  assert.equal(price(), 2900)
  goods.setDeals([{ deal: 5, item: 2, price: 9900 }])

  assert.equal(goods.cheapest(goods.item(2)).price, 5200) // a deal never raises a price
})

test("a shelf that is fetched anew does not bring back a deal that has ended", () => {
  const goods = makeGoods([mug()])

  goods.replace([{ ...mug(), deal: { deal: 4, item: 1, price: 1500 } }])

  assert.equal(goods.cheapest(goods.item(1)).price, 2900)
})
