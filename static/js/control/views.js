// What is looked at: one tab of the talk, and on a phone one part at a time.
// What came in behind one's back is counted.
import { find, page } from "control/page"

const phone = matchMedia("(width < 1100px)")
const unseen = { chat: 0, orders: 0 }
const tabs = [...page.querySelectorAll("[data-tab]")].filter((each) => each !== page)

function isSeen(name) {
  const part = name === "chat" ? "talk" : name
  if (phone.matches && page.dataset.view !== part) return false
  return name !== "chat" || page.dataset.tab === "chat"
}

export function badge(name, number) {
  for (const mark of page.querySelectorAll(`[data-badge="${name}"]`)) {
    mark.textContent = number > 99 ? "99+" : number
    mark.hidden = !number
  }
}

export function count(name, number = 1) {
  unseen[name] = isSeen(name) ? 0 : unseen[name] + number
  badge(name, unseen[name])
}

export function drawViews() {
  for (const button of page.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", button.dataset.show === page.dataset.view)
  }
  for (const tab of tabs) {
    const isOn = tab.dataset.tab === page.dataset.tab
    tab.setAttribute("aria-selected", isOn)
    tab.tabIndex = isOn ? 0 : -1
    find(`[data-panel="${tab.dataset.tab}"]`).hidden = !isOn
    if (isOn) tab.parentElement.scrollLeft = tab.offsetLeft - 80 // its neighbour is seen, too
  }
  for (const name of Object.keys(unseen)) count(name, 0)
}

export function openTab(name) {
  page.dataset.tab = name
  drawViews()
}

const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }

find("[data-tabs]").addEventListener("keydown", (event) => {
  const step = STEPS[event.key]
  if (!step) return
  event.preventDefault()
  const at = tabs.findIndex((tab) => tab.dataset.tab === page.dataset.tab) + step
  const next = tabs[Math.max(0, Math.min(tabs.length - 1, at))]
  openTab(next.dataset.tab)
  next.focus()
})

for (const tab of tabs) tab.addEventListener("click", () => openTab(tab.dataset.tab))

for (const button of page.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    page.dataset.view = button.dataset.show
    drawViews()
    if (button.dataset.show === "talk") button.parentElement.scrollIntoView()
  })
}

phone.addEventListener("change", drawViews)
