// A drawer with what is known of somebody: their names, their words, what was done about them.
import { ask } from "api"
import { deed, standing } from "control/deeds"
import { facts, find, hour, notify } from "control/page"
import { drawRows } from "control/rows"
import { fill } from "fill"

const drawer = document.querySelector("[data-history]")

export async function openHistory({ name, target }) {
  const { data, refusal } = await ask(
    "GET",
    `shows/${facts.slug}/history/?${new URLSearchParams(target)}`,
  )
  if (!data) return notify(refusal?.detail ?? "There is no history to show.")
  const others = data.names.filter((each) => each !== name)
  fill(drawer, {
    name,
    names: others.length ? `Also wrote as ${others.join(", ")}` : null,
    standing: sentence(standing(data.standing, hour) || "neither muted nor banned"),
  })
  drawPast(data.messages.toReversed())
  drawDeeds(data.actions.toReversed())
  drawer.showModal()
}

const sentence = (words) => `${words[0].toUpperCase()}${words.slice(1)}.`

function drawPast(messages) {
  drawRows(find("[data-past]", drawer), messages, {
    template: "past",
    key: ({ show, seq }) => `${show}-${seq}`,
    draw(row, { at, data, show, is_hidden }) {
      const fates = [is_hidden && "Deleted", show !== facts.slug && `in ${show}`].filter(Boolean)
      row.toggleAttribute("data-hidden", is_hidden)
      fill(row, { text: data.text, hour: hour(at), fate: fates.join(" · ") || null })
    },
  })
  find("[data-part=past]", drawer).hidden = !messages.length
}

function drawDeeds(actions) {
  drawRows(find("[data-past-deeds]", drawer), actions, {
    template: "deed",
    key: ({ show, seq }) => `${show}-${seq}`,
    draw: (row, { at, data }) =>
      fill(row, { by: data.by, words: deed(data, hour), hour: hour(at) }),
  })
  find("[data-part=past-deeds]", drawer).hidden = !actions.length
}

// A click beside the drawer closes it.
drawer.addEventListener("click", (event) => {
  if (event.target === drawer) drawer.close()
})
