// The line-up: what is pinned, what is left of it; pin by click and by key.
import { levels } from "control/levels"
import { change, facts, find, page } from "control/page"
import { drawStage, stage } from "control/stage"

let pinned = null // item id

function drawPinned(item) {
  pinned = item
  for (const row of page.querySelectorAll("[data-item]")) {
    const isOn = Number(row.dataset.item) === item
    row.toggleAttribute("data-pinned", isOn)
    const button = find("[data-pin]", row)
    if (!button) continue
    button.setAttribute("aria-pressed", isOn)
    button.textContent = isOn ? "Unpin" : "Pin"
  }
  drawStage()
}

async function toggle(row) {
  const item = Number(row.dataset.item)
  row.toggleAttribute("data-busy", true)
  if (item === pinned) await change("DELETE", "pin/")
  else await change("POST", "pin/", { item })
  row.toggleAttribute("data-busy", false)
}

function drawLevel(variant, left) {
  for (const level of page.querySelectorAll(`[data-level="${Number(variant)}"]`)) {
    level.dataset.left = left
    find("[data-left-count]", level).textContent = left
  }
}

export const itemHandlers = {
  "room.snapshot": ({ pin }) => drawPinned(pin ? pin.item : null),
  "pin.opened": ({ data }) => drawPinned(data.item),
  "pin.closed": () => drawPinned(null),
  "show.ended": () => drawPinned(null),
}

levels.watch("stock", (stock) => {
  for (const [variant, left] of Object.entries(stock)) drawLevel(variant, left)
})

find("[data-items]").addEventListener("click", (event) => {
  const button = event.target.closest("[data-pin]")
  if (button) toggle(button.closest("[data-item]"))
})

document.addEventListener("keydown", (event) => {
  const isMeantElsewhere = event.target.closest("input, textarea, select, dialog, [popover]")
  if (isMeantElsewhere || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
  if (!facts.may_host || stage.status !== "live" || !/^[0-9]$/.test(event.key)) return
  const row = find(event.key === "0" ? ".item[data-pinned]" : `[data-number="${event.key}"]`)
  if (!row || row.closest("[inert]") || find("[data-pin]", row).disabled) return
  event.preventDefault()
  row.scrollIntoView({ block: "nearest" })
  toggle(row)
})
