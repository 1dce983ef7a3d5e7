// How one talks here: the room's rules, the shop's words, and who is muted or banned.
import { standing } from "control/deeds"
import { change, find, hour } from "control/page"
import { drawRows } from "control/rows"
import { fill } from "fill"

const [form, list] = [find("[data-rules]"), find("[data-words]")]
const words = list.elements.words
const isSaved = find("[data-words-saved]", list)
const tell = (text) => (find("[data-words-trouble]", list).textContent = text)
let rules = { slow_seconds: 0, no_links: false, holds_first: false }
let saved = "" // the words as they were last read

function drawRules(changed) {
  rules = { ...rules, ...changed }
  form.elements.slow_seconds.value = rules.slow_seconds // none is chosen when it is none of ours
  form.elements.no_links.checked = rules.no_links
  form.elements.holds_first.checked = rules.holds_first
}

// What somebody is typing is not overwritten by what somebody else saved.
function drawWords(said) {
  const isTouched = words.value !== saved
  saved = said.join("\n")
  if (!isTouched) words.value = saved
}

function drawStandings(standings) {
  find("[data-part=standings]").hidden = !standings.length
  drawRows(find("[data-standings]"), standings, {
    template: "standing",
    key: (each) => each.standing,
    draw: (row, each) => fill(row, { name: each.name, words: standing(each, hour) }),
  })
}

export const rulesHandlers = {
  "room.snapshot": (snapshot) => drawRules(snapshot.rules),
  "rules.changed": ({ data }) => drawRules(data),
  "moderation.read": (answer) => {
    drawRules(answer.rules)
    drawWords(answer.words)
    drawStandings(answer.standings)
  },
}

form.addEventListener("change", async ({ target }) => {
  const value = target.type === "radio" ? Number(target.value) : target.checked
  const changed = await change("PATCH", "rules/", { [target.name]: value })
  drawRules(changed ?? {}) // what was refused goes back to how it was
})

list.addEventListener("submit", async (event) => {
  event.preventDefault()
  const lines = words.value.split("\n").map((line) => line.trim())
  const answer = await change("PUT", "words/", { words: lines.filter(Boolean) }, tell)
  if (!answer) return
  saved = words.value
  drawWords(answer.words)
  isSaved.hidden = false
})
words.addEventListener("input", () => {
  tell("")
  isSaved.hidden = true
})

find("[data-standings]").addEventListener("click", (event) => {
  const button = event.target.closest("[data-act=restore]")
  if (!button) return
  change("POST", "restore/", { standing: Number(button.closest("[data-key]").dataset.key) })
})
