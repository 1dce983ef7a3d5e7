// The stand-in's form: the ways to pay, the fields of a new card, and whether to keep it.
import { cardForm } from "till/card-form"
import { freshId, make, tick } from "till/make"
import { waysToPay } from "till/ways"

const LATER = "You go on to another page to approve, and come back here."

export function tillForm({ notice, canKeep }) {
  const card = cardForm()
  const list = make("div", { className: "till-ways", hidden: true })
  const keep = tick("checkbox", "Save this card for next time")
  const later = make("p", { className: "till-notice", textContent: LATER, hidden: true })
  const root = make("fieldset", { className: "till" })
  keep.root.hidden = !canKeep
  root.append(
    make("legend", { textContent: "How to pay" }),
    make("p", { className: "till-notice", textContent: notice }),
    list,
    card.root,
    keep.root,
    later,
  )
  let ways = waysToPay({})
  let chosen = ways[0]

  function choose(way) {
    chosen = way
    card.root.hidden = way.kind !== "card"
    keep.root.hidden = way.kind !== "card" || !canKeep
    later.hidden = way.kind !== "later"
  }

  return {
    root,
    card: card.card,
    showError: card.showError,
    clearErrors: card.clearErrors,
    way: () => chosen,
    isKept: () => canKeep && keep.input.checked,
    // What was found out after the form was drawn: a card that is being typed stays the choice.
    offer(found) {
      ways = waysToPay(found)
      const first = card.isEmpty() ? ways[0] : ways.find(({ kind }) => kind === "card")
      const name = freshId("way")
      const rows = ways.map((way) => {
        const { root: row, input } = tick("radio", way.label, { name, checked: way === first })
        input.addEventListener("change", () => choose(way))
        return row
      })
      list.replaceChildren(...rows)
      list.hidden = ways.length < 2
      choose(first)
    },
  }
}
