// What one can do with a line of the chat: answer it, or tell the moderators about it.
import { fill } from "fill"

const FAR = 6 // pixels a finger may slip and still tap

export function makeLineMenu({ list, dialog, answers, canReply, reply }) {
  const trouble = dialog.querySelector("[data-trouble]")
  let line = null // {seq, name, text}
  let pressed = null

  const words = (element, slot) => element.querySelector(`[data-slot="${slot}"]`).textContent

  function open(element) {
    if (!element?.dataset.seq) return
    line = {
      seq: Number(element.dataset.seq),
      name: words(element, "name"),
      text: words(element, "text"),
    }
    fill(dialog, { who: line.name, what: line.text })
    dialog.style.setProperty("--line", `${Math.round(element.getBoundingClientRect().top)}px`)
    dialog.querySelector("[data-reply]").hidden = !canReply()
    dialog.querySelector("[data-report]").hidden = "own" in element.dataset
    part("acts")
    dialog.showModal()
  }

  function part(name) {
    trouble.textContent = ""
    for (const each of dialog.querySelectorAll("[data-part]")) {
      each.hidden = each.dataset.part !== name
    }
    dialog.querySelector("[data-close]").textContent = name === "thanks" ? "Close" : "Cancel"
  }

  function report(reason) {
    const frame = { type: "chat.report", seq: line.seq, reason }
    const isSent = answers.ask(frame, ({ type, detail, code }) => {
      if (type === "error") trouble.textContent = detail || code
      else part("thanks")
    })
    if (!isSent) trouble.textContent = "You are offline. Please try again in a moment."
  }

  // ---- a tap, a long press or the right button; arrows and Enter

  list.addEventListener("pointerdown", (event) => (pressed = event))
  list.addEventListener("click", (event) => {
    const slip = pressed ? Math.hypot(event.x - pressed.x, event.y - pressed.y) : 0
    if (slip < FAR && getSelection().isCollapsed) open(event.target.closest("[data-seq]"))
  })
  list.addEventListener("contextmenu", (event) => {
    const element = event.target.closest("[data-seq]")
    if (!element || !getSelection().isCollapsed) return
    event.preventDefault()
    if (!dialog.open) open(element)
  })
  list.addEventListener("keydown", (event) => {
    const lines = [...list.querySelectorAll("[data-seq]")]
    const at = lines.indexOf(document.activeElement)
    const next = { ArrowUp: at < 0 ? lines.length - 1 : at - 1, ArrowDown: at + 1 }[event.key]
    const chosen = lines[next]
    if (chosen && (at >= 0 || event.key === "ArrowUp")) {
      chosen.tabIndex = -1
      chosen.focus()
    } else if (at >= 0 && ["Enter", " "].includes(event.key)) {
      open(lines[at])
    } else {
      return
    }
    event.preventDefault()
    event.stopPropagation()
  })

  dialog.addEventListener("click", ({ target }) => {
    const button = target.closest("button")
    if (target === dialog || button?.matches("[data-close]")) return dialog.close()
    if (button?.matches("[data-report]")) return part("reasons")
    if (button?.value) return report(button.value)
    if (!button?.matches("[data-reply]")) return
    dialog.close()
    reply(line)
  })
}
