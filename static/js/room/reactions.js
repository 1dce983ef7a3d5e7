// Hearts and the like: one tap each, drawn rising over the picture, one's own and the others'.
import { clone } from "fill"
import { makeTally } from "room/tally"

const [A_SECOND, AT_ONCE] = [12, 24] // how many of the others' are drawn; how many at a time
const CALM = matchMedia("(prefers-reduced-motion: reduce)")

export function makeReactions({ talk, more, sky, levels, send }) {
  const tally = makeTally(send)

  function rise(kind) {
    if (CALM.matches || document.hidden || sky.childElementCount >= AT_ONCE) return
    const float = clone("float")
    float.querySelector("use").setAttribute("href", `#icon-${kind}`)
    float.dataset.kind = kind
    float.style.setProperty("--drift", `${Math.round(Math.random() * 56 - 28)}px`)
    float.style.setProperty("--size", (0.8 + Math.random() * 0.5).toFixed(2))
    float.addEventListener("animationend", () => float.remove())
    sky.append(float)
  }

  levels.watch("reactions", (now, before) => {
    const given = Object.entries(tally.others(now, before))
    const kinds = given.flatMap(([kind, count]) => Array(Math.min(count, A_SECOND)).fill(kind))
    for (const kind of kinds.slice(0, A_SECOND)) setTimeout(rise, Math.random() * 1000, kind)
  })

  talk.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-react]")
    if (!button) return
    button.dataset.given = ""
    tally.tap(button.dataset.react)
    rise(button.dataset.react)
  })

  // The other kinds stand in a small box that closes like any other.
  document.addEventListener("pointerdown", ({ target }) => {
    if (!more.contains(target)) more.open = false
  })
  more.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !more.open) return
    more.open = false
    more.querySelector("summary").focus()
  })
}
