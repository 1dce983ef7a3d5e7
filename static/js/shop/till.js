// The bag, its button, and the order that waits for its card. The steps of the sheet come later.
import { ask } from "api"
import { clock } from "clock"
import { countdown } from "countdown"
import { fill } from "fill"
import { later } from "later"
import { makeBag } from "shop/bag"

export function makeTill({ sheet, goods, money, shop, toast, bagButton, wait }) {
  const memory = `order-${shop}` // the unpaid order of this tab: a reload leads back to it
  const bag = makeBag(shop)
  const steps = later(async () => {
    const { makeSteps } = await import("shop/steps")
    return makeSteps({ sheet, goods, money, shop, toast, bag, wait, follow, held: () => held })
  })
  let held = null // the order that still waits for its card
  let stopClock = () => {}

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

  async function withSteps(act) {
    try {
      await steps()
    } catch (error) {
      toast.say("You are offline. Please try again in a moment.")
      throw error
    }
    act(await steps())
  }
  const openBag = () => withSteps((made) => made.openBag())

  bagButton.addEventListener("click", openBag)
  bag.watch(() => !held && drawButton())

  return {
    bag,
    openBag,
    prepare: steps,
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
    choose: (item) => withSteps((made) => made.choose(item)),
  }
}
