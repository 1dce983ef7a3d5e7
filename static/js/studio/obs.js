// OBS instead of this camera: its address and its key, which is a secret.
import { ask } from "api"
import { confirmed, facts, find } from "studio/page"

const panel = find("[data-obs]")
const DOTS = "•".repeat(24)
let key = ""
let isShown = false

function tell(text) {
  find("[data-obs-word]", panel).textContent = text
}

function draw({ server, key: fresh }) {
  key = fresh
  find("[data-obs-server]", panel).value = server ?? ""
  for (const part of panel.querySelectorAll("[data-obs-on]")) part.hidden = server === null
  find("[data-obs-off]", panel).hidden = server !== null
  drawKey()
}

function drawKey() {
  find("[data-obs-key]", panel).value = isShown ? key : DOTS
  const button = find("[data-obs-show]", panel)
  button.textContent = isShown ? "Hide" : "Show"
  button.setAttribute("aria-pressed", isShown)
}

async function read(method, path) {
  const { data, refusal } = await ask(method, `shows/${facts.slug}/${path}`)
  if (data) draw(data)
  else tell(refusal.detail)
  return Boolean(data)
}

async function copy(field, text, name) {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    // Pages without https have no clipboard; what is selected can be copied all the same.
    field.value = text
    field.select()
    const isDone = document.execCommand("copy")
    drawKey()
    if (!isDone) return tell(`The browser refuses to copy the ${name}. Copy it by hand.`)
  }
  tell(`The ${name} is copied.`)
}

panel.addEventListener("toggle", () => {
  if (panel.open && !key) read("GET", "stream-key/")
})
find("[data-obs-show]", panel).addEventListener("click", () => {
  isShown = !isShown
  drawKey()
})
find("[data-obs-copy-server]", panel).addEventListener("click", () => {
  const field = find("[data-obs-server]", panel)
  copy(field, field.value, "server address")
})
find("[data-obs-copy-key]", panel).addEventListener("click", () =>
  copy(find("[data-obs-key]", panel), key, "stream key"),
)
find("[data-obs-rotate]", panel).addEventListener("click", async () => {
  const isSure = await confirmed({
    title: "Make a new stream key?",
    text: "The old key stops working. Whoever sends with it is cut off within 10 seconds.",
    yes: "Make a new key",
    isGrave: true,
  })
  if (isSure && (await read("POST", "stream-key/rotate/"))) {
    tell("This is the new key. Put it into OBS before you start streaming again.")
  }
})
