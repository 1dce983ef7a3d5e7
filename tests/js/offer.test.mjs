import "./bare-names.mjs"
import assert from "node:assert/strict"
import { test } from "node:test"

const { makeOffer } = await import("../../static/js/shop/offer.js")

const CARD = { offer: 5, code: "KILN10", label: "10 % off" }

function stage({ words, lines = [{}] } = {}) {
  const button = { attributes: {}, addEventListener() {} }
  button.setAttribute = (name, value) => (button.attributes[name] = value)
  const slots = {}
  const chip = {
    hidden: true,
    querySelector: () => button,
    querySelectorAll: (selector) => [
      {
        set textContent(text) {
          slots[/"(.+)"/.exec(selector)[1]] = text
        },
        hidden: false,
      },
    ],
  }
  const claimed = []
  const told = []
  let draw = () => {}
  const bag = {
    coupon: null,
    quote: () => ({ coupon: bag.coupon, lines }),
    watch: (watcher) => (draw = watcher),
    become(coupon) {
      bag.coupon = coupon
      draw()
    },
    claim: async (code) => {
      claimed.push(code)
      if (!words) bag.become(code)
      return { words }
    },
  }
  const offer = makeOffer(chip, { bag, tell: (text) => told.push(text) })
  const hear = (type, data) => offer.handlers[type](type === "room.snapshot" ? data : { data })
  return { offer, chip, slots, claimed, told, bag, hear }
}

test("an offer is shown from its fact to its end, and only its own end takes it away", () => {
  const { chip, slots, hear } = stage()

  hear("offer.opened", CARD)
  assert.deepEqual([chip.hidden, slots.offer, slots.claim], [false, "10 % off", "Claim"])
  hear("offer.closed", { offer: 4 })
  assert.equal(chip.hidden, false)
  hear("offer.closed", { offer: 5 })

  assert.equal(chip.hidden, true)
})

test("claiming puts the code on the bag once, and says so", async () => {
  const { offer, slots, claimed, told, hear } = stage()
  hear("room.snapshot", { offer: CARD })

  await offer.claim()
  await offer.claim()

  assert.deepEqual(claimed, ["KILN10"])
  assert.deepEqual(told, ["10 % off is on your bag"])
  assert.equal(slots.claim, "Claimed")
})

test("with an empty bag the code waits for what is chosen", async () => {
  const { offer, told, hear } = stage({ lines: [] })
  hear("offer.opened", CARD)

  await offer.claim()

  assert.deepEqual(told, ["10 % off waits for what you choose"])
})

test("a refusal is told in its words and the code can be claimed again", async () => {
  const { offer, slots, claimed, told, hear } = stage({ words: "This code is used up." })
  hear("offer.opened", CARD)

  await offer.claim()
  await offer.claim()

  assert.deepEqual(told, ["This code is used up.", "This code is used up."])
  assert.equal(claimed.length, 2)
  assert.equal(slots.claim, "Claim")
})

test("whoever has the code on the bag already has claimed it", async () => {
  const { offer, slots, claimed, bag, hear } = stage()
  bag.coupon = "KILN10"

  hear("room.snapshot", { offer: CARD })
  await offer.claim()

  assert.deepEqual([slots.claim, claimed], ["Claimed", []])
})

test("a code that was taken off the bag again can be claimed again", async () => {
  const { offer, slots, claimed, bag, hear } = stage()
  hear("offer.opened", CARD)
  await offer.claim()

  bag.become(null)
  assert.equal(slots.claim, "Claim")
  await offer.claim()

  assert.equal(slots.claim, "Claimed")
  assert.equal(claimed.length, 2)
})
