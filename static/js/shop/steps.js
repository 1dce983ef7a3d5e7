// The way from "Buy" to "thank you", as steps of the sheet over the playing video.
import { ask } from "api"
import { makeBagStep } from "shop/bag-step"
import { makeDetails } from "shop/details"
import { opened } from "shop/opening"
import { makePayment } from "shop/payment"
import { makePicker } from "shop/picker"

// held() is the order that waits for its card; follow(order) hears how each one stands.
export function makeSteps({ sheet, goods, money, shop, toast, bag, wait, follow, held }) {
  const toDetails = () => sheet.next("details")
  const bagStep = makeBagStep(sheet.step("bag"), { bag, goods, money, checkout: toDetails })
  const details = makeDetails(sheet.step("details"), {
    shop,
    bag,
    money,
    async placed(order) {
      follow(order)
      const ready = await opened(order)
      sheet.open("pay")
      payment.open(ready)
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
    wait,
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

  // What is held is given back: the bag and the address can be changed again.
  async function letGo() {
    if (!held()) return openBag()
    const { data } = await ask("POST", `orders/${held().token}/cancel/`)
    if (!data) return openBag() // too late: the order tells how it ends
    follow(data)
    bagStep.tell("")
    sheet.open("bag")
  }

  async function openBag() {
    if (!held()) return sheet.open("bag")
    const ready = await opened(held())
    sheet.open("pay")
    payment.open(ready)
  }

  return {
    openBag,
    choose(item) {
      picker.open(item)
      sheet.next("variant")
    },
  }
}
