// What is pinned: prices never wait for the picture, the card comes with its frame.
import { later } from "later"
import { inStep } from "room/in-step"

const LONGEST_DELAY = 30 // seconds that a card waits for its frame, at most

export function makePinned({ slug, stage, player, pinCard, goods }) {
  let onScreen = null // pinned now, whatever the picture shows
  let rewound = null // made when somebody looks back while the show is live
  const waiting = inStep({
    playingAt: () => (stage.picture === "playing" ? player.date() : null),
    limit: () => Math.min(player.behind() + 2, LONGEST_DELAY) * 1000,
    act({ type, data }) {
      if (type === "pin.closed" && pinCard.shown()?.pin !== data.pin) return
      pinCard.draw(type === "pin.opened" ? data : null)
    },
  })
  const lookBack = later(async () => {
    const { makeRewound } = await import("player/rewound")
    rewound = makeRewound({ slug, player, pinCard, goods })
  })

  function hear(fact) {
    if (fact.type === "pin.opened") onScreen = fact.data
    else if (onScreen?.pin === fact.data.pin) onScreen = null
    goods.setPin(onScreen)
    rewound?.hear(fact)
    if (player.follows()) waiting.add(fact)
  }

  function set(card) {
    onScreen = card
    waiting.clear()
    goods.setPin(card)
    pinCard.draw(card)
  }

  return {
    handlers: { "pin.opened": hear, "pin.closed": hear },
    set,
    // Who looks back keeps the card of that moment.
    restore(card) {
      if (player.follows()) set(card)
      else goods.setPin((onScreen = card))
    },
    run() {
      if (stage.status !== "live") return
      if (player.follows()) {
        if (rewound?.isOn()) set(onScreen)
        rewound?.stop()
        return waiting.run()
      }
      if (rewound) rewound.run()
      else lookBack().catch(() => {})
    },
  }
}
