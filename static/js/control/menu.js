// What can be done about a message, a question, or who wrote it.
import { confirmed } from "control/confirm"
import { replyTo } from "control/composer"
import { openHistory } from "control/history"
import { change, find, page } from "control/page"
import { stage } from "control/stage"
import { fill } from "fill"

const menu = document.querySelector("[data-menu]")
const deeds = [...menu.querySelectorAll("[data-do]")]
let subject = null
let opener = null

// Rows say what they are: data-kind, data-seq or data-question, data-role, and what became of them.
function read(row) {
  const { kind, seq, question, role } = row.dataset
  return {
    kind,
    role,
    target: question ? { question: Number(question) } : { seq: Number(seq) },
    name: find('[data-slot="name"]', row).textContent,
    text: find('[data-slot="text"]', row).textContent,
    isPinned: row.hasAttribute("data-pinned"),
    isHidden: row.hasAttribute("data-hidden"),
  }
}

function fits({ kind, role, isPinned, isHidden }) {
  const stands = kind === "message" && !isHidden
  const isOpen = ["scheduled", "live"].includes(stage.status)
  return {
    reply: stands && isOpen,
    pin: stands && !isPinned,
    unpin: isPinned,
    hide: stands,
    mute: role === "guest",
    ban: role === "guest",
    history: role === "guest",
  }
}

async function ban({ name, target }) {
  const { isSure, isTicked } = await confirmed({
    title: `Ban ${name}?`,
    text: "They can still watch and buy, but say nothing more in any show of this shop.",
    yes: "Ban",
    tick: "Also delete everything they said",
  })
  if (isSure) change("POST", "ban/", { ...target, hide_all: isTicked })
}

const DEEDS = {
  reply: ({ target, name, text }) => replyTo({ seq: target.seq, name, text }),
  pin: ({ target }) => change("POST", "pinned-message/", target),
  unpin: () => change("DELETE", "pinned-message/"),
  hide: ({ target }) => change("POST", "hide/", target),
  mute: ({ target }, { minutes }) =>
    change("POST", "mute/", { ...target, minutes: Number(minutes) }),
  ban,
  history: openHistory,
}

function open(button) {
  opener = button
  subject = read(button.closest("[data-kind]"))
  fill(menu, { name: subject.name, text: subject.text })
  const allowed = fits(subject)
  for (const deed of deeds) deed.hidden = !allowed[deed.dataset.do]
  find('[role="group"]', menu).hidden = !allowed.mute
  button.focus() // where the focus returns to
  menu.showPopover()
  place(button)
  choices()[0]?.focus()
}

// Below the button and to its left; above it when there is no room.
function place(button) {
  const at = button.getBoundingClientRect()
  const { width, height } = menu.getBoundingClientRect()
  const below = at.bottom + 4 + height < innerHeight ? at.bottom + 4 : at.top - 4 - height
  menu.style.insetBlockStart = `${Math.max(8, below)}px`
  menu.style.insetInlineStart = `${Math.max(8, at.right - width)}px`
}

const choices = () => deeds.filter((deed) => !deed.hidden)
const STEPS = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }

menu.addEventListener("keydown", (event) => {
  if (event.key === "Tab") menu.hidePopover()
  const step = STEPS[event.key]
  if (!step && !["Home", "End"].includes(event.key)) return
  event.preventDefault()
  const all = choices()
  const next = step ? all.indexOf(document.activeElement) + step : event.key === "Home" ? 0 : -1
  all.at(next % all.length).focus()
})

menu.addEventListener("click", (event) => {
  const deed = event.target.closest("[data-do]")
  if (!deed) return
  menu.hidePopover()
  DEEDS[deed.dataset.do](subject, deed.dataset)
})

menu.addEventListener("toggle", ({ newState }) => {
  opener?.setAttribute("aria-expanded", newState === "open")
})

page.addEventListener("click", (event) => {
  const button = event.target.closest("[data-more]")
  if (button) open(button)
})
