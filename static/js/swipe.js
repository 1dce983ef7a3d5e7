// A swipe across the picture clears what lies over it; another brings it back.
const FAR = 70 // pixels

export function swipeToClear(stage, page) {
  let start = null

  stage.addEventListener("pointerdown", (event) => {
    start = event.pointerType === "mouse" ? null : event
  })
  stage.addEventListener("pointerup", (event) => {
    if (!start) return
    const [across, along] = [event.clientX - start.clientX, event.clientY - start.clientY]
    start = null
    if (Math.abs(across) < FAR || Math.abs(along) > Math.abs(across) / 2) return
    page.toggleAttribute("data-clear")
  })
  stage.addEventListener("pointercancel", () => (start = null))
}
