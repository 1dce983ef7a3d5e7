// Who stepped in and how, newest first, for everyone who moderates.
import { deed } from "control/deeds"
import { find, hour } from "control/page"
import { drawRows } from "control/rows"
import { soon } from "control/soon"
import { fill } from "fill"

const LINES = 200
const acted = new Map() // seq → fact

const drawSoon = soon(() => {
  const facts = [...acted.values()].sort((a, b) => b.seq - a.seq).slice(0, LINES)
  drawRows(find("[data-deeds]"), facts, {
    template: "deed",
    key: ({ seq }) => seq,
    draw: (row, { at, data }) =>
      fill(row, { by: data.by, words: deed(data, hour), hour: hour(at) }),
  })
  find("[data-no-deeds]").hidden = facts.length > 0
})

function take(fact) {
  acted.set(fact.seq, fact)
  drawSoon()
}

export const activityHandlers = {
  "mod.acted": take,
  "moderation.read": ({ actions }) => actions.forEach(take),
}
