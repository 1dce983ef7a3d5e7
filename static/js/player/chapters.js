// The chapters of a replay: each time something was shown, with the price and units of that second.
import { span } from "countdown"
import { clone, fill, show } from "fill"

// chapters: [{card, from}], from in ms; draw is the storyboard's, or null.
export function makeChapters({ list, button, goods, money, player, jump }) {
  let chapters = []
  let now = null

  button.addEventListener("click", () => follow(player.date()))
  list.addEventListener("click", ({ target }) => {
    const row = target.closest("[data-chapter]")
    if (row) jump(chapters[Number(row.dataset.chapter)].from)
  })

  function follow(date) {
    const index = chapters.findLastIndex(({ from }) => from <= date + 500)
    if (index === now) return
    now = index
    for (const row of list.querySelectorAll("[data-chapter]")) {
      const isNow = Number(row.dataset.chapter) === index
      if (isNow) row.setAttribute("aria-current", "true")
      else row.removeAttribute("aria-current")
    }
  }

  return {
    follow,
    draw(found, storyboard) {
      chapters = found
      now = null
      button.hidden = !found.length
      list.replaceChildren(
        ...found.map(({ card, from }, index) => {
          const position = player.positionAt(from)
          const element = fill(clone("chapter"), {
            time: span(position),
            title: card.title,
            then: priceThen(card, money),
          })
          element.querySelector("[data-chapter]").dataset.chapter = index
          const isDrawn = storyboard?.(element.querySelector("[data-frame]"), position, 72)
          const picture = goods.item(card.item)?.picture ?? card.picture
          show(element.querySelector("img"), isDrawn ? null : picture)
          return element
        }),
      )
    },
  }
}

// What a pin's card asked, and how many were left, when it was shown; null for what it did not say.
export function stateThen({ variants }) {
  if (!variants?.length) return { price: null, left: null }
  return {
    price: Math.min(...variants.map((each) => each.price)),
    left: variants.reduce((sum, each) => sum + each.left, 0),
  }
}

export function priceThen(card, money) {
  const { price, left } = stateThen(card)
  if (price === null) return null
  return `${money(price)} then, ${left ? `${left} left` : "sold out"}`
}
