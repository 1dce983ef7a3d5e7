// The control room: the room's facts and the shop's news on one screen, without a reload.
import { activityHandlers } from "control/activity"
import { alarmHandlers } from "control/alarms"
import { chatHandlers } from "control/chat"
import { composerHandlers, speakThrough } from "control/composer"
import { dealHandlers } from "control/deals"
import "control/drops"
import { itemHandlers } from "control/items"
import { levels } from "control/levels"
import "control/menu"
import { moderationHandlers } from "control/moderation"
import { offerHandlers } from "control/offer"
import { orderHandlers } from "control/orders"
import { health, notify, page } from "control/page"
import { drawHealth, pictureHandlers } from "control/picture"
import { pollHandlers } from "control/poll"
import { questionHandlers } from "control/questions"
import { rulesHandlers } from "control/rules"
import { drawClock, drawStage, stageHandlers } from "control/stage"
import { drawViews } from "control/views"
import { waitingHandlers } from "control/waiting"
import { openRoom } from "room/socket"

const NOT_YOURS = 4403
const LINE = {
  connecting: ["connecting"],
  open: ["connected", "good"],
  behind: ["catching up"],
  lost: ["line lost, coming back", "bad"],
  gone: ["this room does not exist", "bad"],
}
const parts = [
  levels.handlers,
  stageHandlers,
  itemHandlers,
  dealHandlers,
  offerHandlers,
  chatHandlers,
  composerHandlers,
  questionHandlers,
  pollHandlers,
  rulesHandlers,
  waitingHandlers,
  activityHandlers,
  moderationHandlers(hear, stop),
  orderHandlers,
  pictureHandlers,
  alarmHandlers,
]
let wasLost = false

// Each part hears every fact and answers those it knows.
function hear(fact) {
  parts.forEach((part) => part[fact.type]?.(fact))
}

function line(state, code) {
  if (code === NOT_YOURS) return stop()
  health("room", ...LINE[state])
  if (state === "lost") wasLost = true
  if (state === "open" && wasLost) {
    wasLost = false
    hear({ type: "line.back" }) // facts are caught up with by number; lists have none
  }
}

// Their part in the shop has changed: what this page offers may be refused from now on.
function stop() {
  room.close()
  health("room", "closed", "bad")
  notify("Your part in this shop has changed. Reload the page to go on with what you may do now.")
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close()
  for (const part of page.querySelectorAll(".pane, .control-acts")) part.inert = true
}

const room = openRoom(page.dataset.room, hear, { line })
speakThrough(room)
drawStage()
drawViews()
setInterval(() => {
  drawClock()
  drawHealth()
}, 1000)
