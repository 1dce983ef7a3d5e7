// The way from "Buy" to "thank you", as steps of the sheet over the playing video.
import { ask } from "api"
import { clock } from "clock"
import { countdown } from "countdown"
import { fill } from "fill"
import { makeBag } from "shop/bag"
import { makeBagStep } from "shop/bag-step"
import { makeDetails } from "shop/details"
import { makePayment } from "shop/payment"
import { makePicker } from "shop/picker"

export function makeTill({ sheet, goods, money, shop, toast, bagButton }) {
  const memory = `order-${shop}` // the unpaid order of this tab: a reload leads back to it
  const bag = makeBag(shop)
  let held = null // the order that still waits for its card
  let stopClock = () => {}

  const toDetails = () => sheet.next("details")
  const bagStep = makeBagStep(sheet.step("bag"), { bag, money, checkout: toDetails })
  const details = makeDetails(sheet.step("details"), {
    shop,
    bag,
    money,
    placed(order) {
      sheet.open("pay")
      payment.open(order)
    },
    backToBag(words) {
      sheet.open("bag")
      bagStep.tell(words)
    },
  })
  const payment = makePayment(sheet.step("pay"), { words: money, changed: follow })
  const picker = makePicker(sheet.step("variant"), {
    goods,
    money,
    bag,
    onAdded({ title }) {
      sheet.close()
      toast.say(`${title} is in your bag`)
    },
    onBuy: toDetails,
  })
  sheet.onEnter("details", details.enter)
  sheet.onEnter("bag", bag.load) // another tab may have changed it
  sheet.onLeave("pay", payment.close)
  const paying = sheet.step("pay")
  for (const [selector, act] of [
    ["[data-keep-watching]", () => sheet.close()],
    ["[data-to-bag]", () => sheet.open("bag")],
    ["[data-cancel]", letGo],
  ]) {
    const button = paying.querySelector(selector)
    button.hidden = false // the order's own page has nothing to go back to
    button.addEventListener("click", act)
  }

  function follow(order) {
    held = order.status === "pending" ? order : null
    try {
      if (held) sessionStorage.setItem(memory, held.token)
      else sessionStorage.removeItem(memory)
    } catch {
      // Storage is closed to us: the held order is known until the page goes.
    }
    stopClock()
    if (held) stopClock = countdown(Date.parse(held.expires_at), drawHeld, clock.now)
    else drawButton()
    if (!held) bag.load()
  }

  function drawHeld({ hours, minutes, seconds, isOver }) {
    if (isOver) {
      held = null
      if (sheet.current() !== "pay") toast.say("The time to pay is over. Your bag is as you left it.")
    }
    drawButton(`${hours * 60 + minutes}:${String(seconds).padStart(2, "0")}`)
  }

  function drawButton(time) {
    const units = bag.units()
    fill(bagButton, { units: units || null, held: held ? time : null })
    const words = units === 1 ? "1 thing" : `${units} things`
    const label = held ? "Pay for what is held for you" : `Your bag, ${words}`
    bagButton.setAttribute("aria-label", label)
  }

  // What is held is given back: the bag and the address can be changed again.
  async function letGo() {
    if (!held) return openBag()
    const { data } = await ask("POST", `orders/${held.token}/cancel/`)
    if (!data) return openBag() // too late: the order tells how it ends
    follow(data)
    bagStep.tell("")
    sheet.open("bag")
  }

  function openBag() {
    if (!held) return sheet.open("bag")
    sheet.open("pay")
    payment.open(held)
  }

  bagButton.addEventListener("click", openBag)
  bag.watch(() => !held && drawButton())

  return {
    async start() {
      await bag.load()
      let token = null
      try {
        token = sessionStorage.getItem(memory)
      } catch {
        return
      }
      if (!token) return
      const { data } = await ask("GET", `orders/${token}/`)
      if (data) follow(data)
    },
    choose(item) {
      picker.open(item)
      sheet.next("variant")
    },
  }
}
