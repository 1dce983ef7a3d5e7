// A code the host offers over the picture: one tap puts it on the bag.
import { fill } from "fill"

export function makeOffer(chip, { bag, tell }) {
  const button = chip.querySelector("button")
  let offer = null
  let isBusy = false

  const isClaimed = () => bag.quote().coupon === offer.code

  function draw() {
    chip.hidden = !offer
    if (!offer) return
    fill(chip, { offer: offer.label, claim: isClaimed() ? "Claimed" : "Claim" })
    button.setAttribute("aria-disabled", isClaimed())
    button.setAttribute("aria-label", isClaimed() ? "Claimed" : `Claim ${offer.label}`)
  }

  function become(card) {
    offer = card
    draw()
  }

  async function claim() {
    if (!offer || isBusy || isClaimed()) return
    const { code, label } = offer
    isBusy = true
    const { words } = await bag.claim(code)
    isBusy = false
    const isEmpty = !bag.quote().lines.length
    tell(words ?? (isEmpty ? `${label} waits for what you choose` : `${label} is on your bag`))
  }

  button.addEventListener("click", claim)
  bag.watch(draw)

  return {
    claim,
    handlers: {
      "room.snapshot": ({ offer: card }) => become(card ?? null),
      "offer.opened": ({ data }) => become(data),
      "offer.closed": ({ data }) => offer?.offer === data.offer && become(null),
      "show.ended": () => become(null),
    },
  }
}
