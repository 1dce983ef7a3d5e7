import "./bare-names.mjs"
import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

const { makeBag } = await import("../../static/js/shop/bag.js")
const { opened } = await import("../../static/js/shop/opening.js")

let asked = []
let answers = []
globalThis.document = { cookie: "" }

beforeEach(() => {
  asked = []
  answers = []
})

globalThis.fetch = (path, { method, body }) => {
  asked.push([method, path, body && JSON.parse(body)])
  return new Promise((resolve) => answers.push((status, data) =>
    resolve({ ok: status < 400, status, headers: new Headers(), json: async () => data }),
  ))
}
const quote = (total) => ({ lines: [{ variant: 7, quantity: 2 }], total })
const settled = () => new Promise((resolve) => setTimeout(resolve))

test("once a country is known, everything is asked for it", async () => {
  const bag = makeBag("claymoor")

  const there = bag.deliverTo("US")
  answers[0](200, quote(4390))
  await there
  bag.have(7, 3, 2)
  bag.have(7, 0)
  bag.claim("kiln10")
  bag.claim("")

  assert.equal(bag.quote().total, 4390)
  assert.deepEqual(asked, [
    ["GET", "/api/v1/bags/claymoor/?country=US", undefined],
    ["PUT", "/api/v1/bags/claymoor/lines/7/?country=US", { quantity: 3, item: 2 }],
    ["DELETE", "/api/v1/bags/claymoor/lines/7/?country=US", undefined],
    ["PUT", "/api/v1/bags/claymoor/coupon/?country=US", { code: "kiln10" }],
    ["DELETE", "/api/v1/bags/claymoor/coupon/?country=US", undefined],
  ])
})

test("an answer that a later one overtook does not bring its total back", async () => {
  const bag = makeBag("claymoor")
  const drawn = []
  bag.watch(({ total }) => drawn.push(total))

  const [first, second] = [bag.deliverTo("US"), bag.deliverTo("DE")]
  answers[1](200, quote(2390))
  await second
  answers[0](200, quote(4390))
  await first

  assert.deepEqual(drawn, [2390])
  assert.equal(bag.quote().total, 2390)
})

test("a refusal comes back in words and leaves the bag as it was", async () => {
  const bag = makeBag("claymoor")
  const claim = bag.claim("nonsense")
  answers[0](409, { code: "coupon_refused", detail: "This code is not known here." })

  assert.deepEqual(await claim, { words: "This code is not known here." })
  assert.deepEqual(bag.quote().lines, [])
})

const order = (more = {}) => ({
  token: "t1",
  status: "pending",
  payment: { client_secret: "" },
  ...more,
})

test("a held order's payment is opened for its form, a settled one's never", async () => {
  const paid = order({ status: "paid" })
  const open = order({ payment: { client_secret: "pi_1_secret" } })
  assert.equal(await opened(paid), paid)
  assert.deepEqual(asked, [])

  const opening = opened(order())
  answers[0](200, open)

  assert.deepEqual(await opening, open)
  assert.deepEqual(asked, [["POST", "/api/v1/orders/t1/payment/", undefined]])
})

test("while nobody answers there the order stays held, without a way to pay yet", async () => {
  const held = order()
  const opening = opened(held)
  answers[0](409, { code: "payment_unavailable", detail: "" })

  assert.equal(await opening, held)
  assert.equal(asked.length, 1)
})

test("an order that ended meanwhile tells so itself", async () => {
  const opening = opened(order())
  answers[0](409, { code: "stale_state", detail: "" })
  await settled()
  answers[1](200, order({ status: "expired" }))

  assert.equal((await opening).status, "expired")
  assert.deepEqual(asked[1].slice(0, 2), ["GET", "/api/v1/orders/t1/"])
})
