// "Say something": a refusal gives the words back, a reply carries what it answers.
import { clock } from "clock"
import { fill } from "fill"
import { floor, ruleWords } from "room/floor"

const SHOWN = 8000 // ms a refusal is shown

export function makeComposer({ reach, nickname, chat, answers, role }) {
  const form = reach.querySelector("[data-say]")
  const field = form.elements.text
  const usual = field.placeholder
  const chip = reach.querySelector("[data-replying]")
  const trouble = reach.querySelector("[data-trouble]")
  const isStaff = role !== "guest"
  const state = { standing: null, rules: null, saidAt: -Infinity, isStaff }
  let reply = null // {seq, name, text} of the line that is answered
  let quiet = null
  let timer = null
  let kept = "" // what was typed when the field was shut

  const now = () => floor({ ...state, now: clock.now() })

  function draw() {
    clearTimeout(timer)
    const { isClosed, wait, words } = now()
    if (isClosed !== field.disabled) {
      ;[field.value, kept] = [kept, field.value]
      field.disabled = isClosed
    }
    field.placeholder = words ?? usual
    if (isClosed) {
      replyTo(null)
      tell("")
    }
    if (wait > 0 && wait < Infinity) timer = setTimeout(draw, Math.min(wait, 1000))
  }

  function tell(words) {
    clearTimeout(quiet)
    trouble.textContent = words
    if (words) quiet = setTimeout(() => (trouble.textContent = ""), SHOWN)
  }

  function replyTo(line) {
    reply = line
    chip.hidden = !line
    if (!line) return
    fill(chip, { to: line.name, words: line.text })
    field.focus()
  }

  function say(text, name) {
    const { words } = now()
    if (words) return tell(`${words}. Your words are kept here.`)
    const answered = reply
    const saidBefore = state.saidAt
    const frame = { type: "chat.say", text, name, ...(answered && { reply_to: answered.seq }) }
    const nonce = answers.ask(frame, (answer) => {
      if (answer.type !== "error") return
      chat.unsay(nonce)
      state.saidAt = saidBefore
      draw()
      field.value ||= text
      if (!reply && answered && !field.disabled) replyTo(answered)
      if (answer.field === "name") nickname.ask((other) => say(field.value, other), answer.detail)
      else tell(answer.detail || answer.code)
    })
    if (!nonce) return tell("You are offline for a moment. Your words are kept here.")
    chat.say(nonce, { name, text, role, reply: answered })
    state.saidAt = clock.now()
    field.value = ""
    replyTo(null)
    tell("")
    draw()
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const text = field.value.trim()
    if (text) nickname.use((name) => say(text, name))
  })
  field.addEventListener("input", () => tell(""))
  field.addEventListener("keydown", ({ key }) => key === "Escape" && replyTo(null))
  chip.querySelector("button").addEventListener("click", () => {
    replyTo(null)
    field.focus()
  })

  // What changed is said as a line of the chat; what was so before one came, too.
  function setRules(rules) {
    const before = state.rules ? ruleWords(state.rules) : []
    state.rules = rules
    const words = ruleWords(rules)
    const isLess = before.some((each) => !words.includes(each))
    for (const each of words) if (isLess || !before.includes(each)) chat.note(each)
    if (isLess && !words.length) chat.note("You can write freely again.")
    draw()
  }

  return {
    replyTo,
    handlers: {
      "room.snapshot": ({ rules }) => {
        state.rules = null
        if (rules) setRules(rules)
      },
      "rules.changed": ({ data }) => setRules(data),
      "you.standing": (standing) => {
        const before = now()
        state.standing = standing
        draw()
        const { isClosed, words } = now()
        if (isClosed) chat.note(`A moderator took the word from you. ${words}.`)
        else if (before.isClosed) chat.note("You can write again.")
      },
    },
  }
}
