// Items that are hidden until their time: how long still; then they can be shown like the others.
import { clock } from "clock"
import { find, page } from "control/page"
import { drawStage } from "control/stage"
import { countdown, span } from "countdown"

for (const row of page.querySelectorAll("[data-reveal-at]")) {
  const until = Date.parse(row.dataset.revealAt)
  countdown(
    until,
    ({ isOver }) => {
      const words = find("[data-drop]", row)
      words.hidden = isOver
      find("[data-drop-in]", words).textContent = span(Math.ceil((until - clock.now()) / 1000))
      if (!isOver) return
      row.removeAttribute("data-reveal-at")
      drawStage()
    },
    clock.now,
  )
}
