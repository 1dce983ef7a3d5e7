// The control room: the room's facts and the shop's news on one screen, without a reload.
import { ask } from "api"
import { chatHandlers, speakThrough } from "control/chat"
import { itemHandlers } from "control/items"
import { loadOrders, orderHandlers } from "control/orders"
import { facts, health, page } from "control/page"
import { drawHealth, pictureHandlers } from "control/picture"
import { drawClock, drawStage, stageHandlers } from "control/stage"
import { drawViews } from "control/views"
import { openRoom } from "room/socket"

const LINE = {
  connecting: ["connecting"],
  open: ["connected", "good"],
  behind: ["catching up"],
  lost: ["line lost, coming back", "bad"],
  gone: ["this room does not exist", "bad"],
}
const parts = [stageHandlers, itemHandlers, chatHandlers, orderHandlers, pictureHandlers]
let wasLost = false

// Each part hears every fact and answers those it knows.
function hear(fact) {
  parts.forEach((part) => part[fact.type]?.(fact))
}

function line(state) {
  health("room", ...LINE[state])
  if (state === "lost") wasLost = true
  if (state === "open" && wasLost) {
    wasLost = false
    readLevels()
  }
}

// Facts are caught up with by number; levels and orders that were missed have none.
async function readLevels() {
  loadOrders()
  const { data } = await ask("GET", `shows/${facts.slug}/room/`)
  for (const [variant, left] of Object.entries(data?.stock ?? {})) {
    hear({ type: "stock.level", variant, left })
  }
}

const room = openRoom(page.dataset.room, hear, { line })
speakThrough(room)
drawStage()
drawViews()
setInterval(() => {
  drawClock()
  drawHealth()
}, 1000)
