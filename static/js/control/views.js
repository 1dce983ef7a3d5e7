// On a phone the parts are seen one at a time; what came in meanwhile is counted.
import { find, page } from "control/page"

const waiting = { chat: 0, orders: 0 }

export function drawViews() {
  for (const button of page.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", button.dataset.show === page.dataset.view)
  }
  for (const [view, selector] of [["chat", "[data-unread]"], ["orders", "[data-fresh]"]]) {
    if (page.dataset.view === view) waiting[view] = 0
    find(selector).textContent = waiting[view]
    find(selector).hidden = !waiting[view]
  }
}

for (const button of page.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    page.dataset.view = button.dataset.show
    drawViews()
    find("[data-messages]").scrollTop = find("[data-messages]").scrollHeight
  })
}

export function count(view) {
  waiting[view] += 1
  drawViews()
}
