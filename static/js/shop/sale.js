// What a sale has now and then: flash deals, an offered code, drops, a place in the line.
import { clone, fill } from "fill"
import { drawDeals, makeDeals } from "shop/deals"
import { makeDrops } from "shop/drops"
import { makeOffer } from "shop/offer"
import { makeWaiting } from "shop/wait-step"

export function makeSale({ page, shop, goods, levels, sheet, till, tell, refresh }) {
  const find = (selector) => page.querySelector(selector)
  const deals = makeDeals({ changed: goods.setDeals })
  const offer = makeOffer(find("[data-offer]"), { bag: till.bag, tell })
  const lines = find("[data-drops]")
  const drops = makeDrops({ draw: drawDrops, refresh: reveal })
  const waiting = makeWaiting({
    shop,
    sheet,
    step: sheet.step("wait"),
    notice: find("[data-called]"),
    bag: till.bag,
    toBag: till.openBag,
    tell,
  })
  const parts = [deals, offer, drops]

  function drawDrops(said) {
    while (lines.children.length > said.length) lines.lastElementChild.remove()
    while (lines.children.length < said.length) lines.append(clone("drop"))
    said.forEach((words, at) => fill(lines.children[at], words))
  }

  async function reveal() {
    const fresh = await refresh()
    const count = goods.items().length
    fill(page, { count })
    find("[data-items-button]").setAttribute("aria-label", `Items in this show, ${count}`)
    return fresh?.drops
  }

  const draw = () => drawDeals(page, deals)
  deals.reset(goods.deals())
  deals.count(levels.get("deals_left"))
  levels.watch("deals_left", deals.count)
  goods.watch(draw)
  setInterval(() => goods.deals().length && draw(), 250)
  draw()
  waiting.start()

  return {
    hear: (fact) => parts.forEach(({ handlers }) => handlers[fact.type]?.(fact)),
    wait: waiting.open,
  }
}
