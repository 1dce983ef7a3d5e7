// One sheet, several steps: from below on a phone, beside the picture on a desk. The video plays
// on behind it.
const DESK = matchMedia("(min-width: 1000px)")

export function makeSheet(dialog) {
  const title = dialog.querySelector("[data-sheet-title]")
  const back = dialog.querySelector("[data-back]")
  const path = []
  const listeners = { enter: {}, leave: {} }

  const step = (name) => dialog.querySelector(`[data-step="${name}"]`)

  function reveal(name) {
    for (const each of dialog.querySelectorAll("[data-step]")) each.hidden = true
    step(name).hidden = false
    title.textContent = step(name).dataset.title
    back.hidden = path.length < 2
    if (!dialog.open) DESK.matches ? dialog.show() : dialog.showModal()
    dialog.querySelector("[data-sheet-body]").scrollTop = 0
    title.focus()
    listeners.enter[name]?.()
  }

  const current = () => path.at(-1) ?? null

  function go(name, { from = path } = {}) {
    const before = current()
    if (before && before !== name) listeners.leave[before]?.()
    const known = from.indexOf(name)
    path.splice(0, path.length, ...(known < 0 ? [...from, name] : from.slice(0, known + 1)))
    reveal(name)
  }

  dialog.addEventListener("close", () => {
    const before = current()
    path.length = 0
    if (before) listeners.leave[before]?.()
  })
  dialog.addEventListener("keydown", (event) => event.key === "Escape" && dialog.close())
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close())
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close())
  back.addEventListener("click", () => go(path.at(-2)))
  DESK.addEventListener("change", () => dialog.close())

  return {
    // Opens anew at one step; what was open before is forgotten.
    open: (name) => go(name, { from: [] }),
    // One step further; a step already behind us is gone back to.
    next: (name) => go(name),
    close: () => dialog.close(),
    current,
    step,
    onEnter: (name, listener) => (listeners.enter[name] = listener),
    onLeave: (name, listener) => (listeners.leave[name] = listener),
  }
}

// The shelf is one piece of markup: a column on a desk, the first step of the sheet on a phone.
export function placeShelf(shelf, column, inSheet) {
  const place = () => (DESK.matches ? column : inSheet).append(shelf)
  DESK.addEventListener("change", place)
  place()
}
