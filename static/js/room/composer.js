// "Say something": a guest is asked for a nickname once, a refusal gives the words back.
import { freshKey } from "fresh-key"

const NAME = "nickname"
const SHOWN = 8000 // ms a refusal lies over the picture

export function makeComposer({ form, nameDialog, chat, speaker, send }) {
  const field = form.elements.text
  const nameForm = nameDialog.querySelector("form")
  const nameField = nameForm.elements.name
  const trouble = form.querySelector("[data-trouble]")
  const nameTrouble = nameDialog.querySelector("[data-trouble]")
  const sent = new Map() // nonce → text
  let waiting = null // what was typed before the nickname was known

  const remembered = () => {
    try {
      return localStorage.getItem(NAME) ?? ""
    } catch {
      return nameField.value // storage is closed to us: the name lives as long as the page
    }
  }

  function remember(name) {
    try {
      localStorage.setItem(NAME, name)
    } catch {
      nameField.value = name
    }
  }

  let quiet = null

  function tell(words) {
    clearTimeout(quiet)
    trouble.textContent = words
    quiet = setTimeout(() => (trouble.textContent = ""), SHOWN)
  }

  function say(text) {
    const name = speaker.name || remembered()
    if (!name) return askName(text, "")
    const nonce = freshKey()
    if (!send({ type: "chat.say", text, name, nonce })) {
      return tell("You are offline for a moment. Your words are kept here.")
    }
    sent.set(nonce, text)
    chat.say(nonce, name, text, speaker.role)
    field.value = ""
    tell("")
  }

  function askName(text, why) {
    waiting = text
    nameField.value = remembered()
    nameTrouble.textContent = why
    nameDialog.showModal()
    nameField.focus()
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const text = field.value.trim()
    if (text) say(text)
  })
  field.addEventListener("input", () => tell(""))
  nameForm.addEventListener("submit", (event) => {
    event.preventDefault()
    const name = nameField.value.trim()
    if (!name) return (nameTrouble.textContent = "Please write a name.")
    remember(name)
    nameDialog.close()
    if (waiting) say(waiting)
    waiting = null
  })
  nameDialog.querySelector("[data-close]").addEventListener("click", () => nameDialog.close())

  return {
    handlers: {
      "chat.said": ({ nonce }) => sent.delete(nonce),
      error: ({ nonce, detail, code, field: wrong }) => {
        if (!sent.has(nonce)) return
        const text = sent.get(nonce)
        sent.delete(nonce)
        chat.unsay(nonce)
        field.value ||= text
        if (wrong === "name") askName(text, detail)
        else tell(detail || code)
      },
    },
  }
}
