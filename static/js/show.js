// The show page: each part hears every fact of the room and answers those it knows.
import { ask } from "api"
import { fill } from "fill"
import { drawLobby } from "lobby"
import { money as moneyText } from "money"
import { makePlayer } from "player"
import { makeReplay } from "replay"
import { makeChat } from "room/chat"
import { makeComposer } from "room/composer"
import { inStep } from "room/in-step"
import { makePinCard } from "room/pins"
import { openRoom } from "room/socket"
import { shareButton } from "share"
import { makeGoods } from "shop/goods"
import { makeSheet, placeShelf } from "shop/sheet"
import { makeShelf } from "shop/shelf"
import { makeTill } from "shop/till"
import { soundButton } from "sound"
import { swipeToClear } from "swipe"
import { makeToast } from "toast"
import { stageWords } from "stage"

const page = document.querySelector("[data-show]")
const find = (selector, root = page) => root.querySelector(selector)
const { slug, shop, currency, workerPath } = page.dataset
const language = document.documentElement.lang || "en"
const money = (amount) => moneyText(amount, currency, language)
const read = (id) => JSON.parse(document.getElementById(id).textContent)

const stage = { status: page.dataset.status, isOnAir: false, hadPicture: false, picture: "none" }
const video = find("video")
const toast = makeToast(find("[data-toast]"))
const goods = makeGoods(read("items"))
const sheet = makeSheet(find("[data-sheet]"))
const till = makeTill({ sheet, goods, money, shop, toast, bagButton: find("[data-bag-button]") })
const chat = makeChat(find("[data-chat]"))
const pinCard = makePinCard(find("[data-pin-card]"), {
  goods,
  money,
  choose: till.choose,
  missed: ({ title }) => toast.say(`Now on screen: ${title}. Tap again to buy it.`),
})
const player = makePlayer(video, { source: page.dataset.video, workerPath, state: drawPicture })
const shelf = makeShelf(find("[data-shelf-list]"), {
  goods,
  money,
  choose: till.choose,
  jump(moment) {
    sheet.close()
    replay.jump(moment)
  },
})
const replay = makeReplay({
  root: find("[data-replay]"),
  video,
  player,
  chat,
  pinCard,
  goods,
  shelf,
})

// ---- the picture

function drawPicture(picture) {
  stage.picture = picture
  if (picture === "playing") stage.hadPicture = true
  drawStage()
}

function drawStage() {
  page.dataset.status = stage.status
  page.dataset.picture = stage.hadPicture && stage.picture === "none" ? "waiting" : stage.picture
  fill(page, { stage: stageWords(stage) })
}

function drawShape() {
  if (!video.videoWidth) return
  page.dataset.shape = video.videoWidth > video.videoHeight ? "wide" : "tall"
}

function begin() {
  drawStage()
  if (stage.status === "live") player.load()
  if (stage.status !== "ended") return
  player.load()
  replay.start(slug)
}

// ---- the room

const pins = inStep({
  playingAt: () => (stage.picture === "playing" ? player.date() : null),
  act({ type, data }) {
    if (type === "pin.closed" && pinCard.shown()?.pin !== data.pin) return
    pin(type === "pin.opened" ? data : null)
  },
})

function pin(card) {
  goods.setPin(card)
  pinCard.draw(card)
}

// Prices depend on the status of the show; the server knows them.
async function refreshGoods() {
  const { data } = await ask("GET", `shows/${slug}/`)
  if (data?.items) goods.replace(data.items)
}

function become(status) {
  if (stage.status === status) return
  const before = stage.status
  stage.status = status
  if (status === "live") {
    refreshGoods()
    player.load()
  }
  if (status === "ended") {
    pins.clear()
    pin(null)
    if (before === "live") toast.say("The show has ended – here is the replay")
    // The last second is still on its way to the playlist.
    setTimeout(begin, 1500)
  }
  if (status === "cancelled") player.unload()
  drawStage()
}

function onAir(isOnAir) {
  stage.isOnAir = isOnAir
  if (isOnAir) player.hurry()
  drawStage()
}

const stageHandlers = {
  "room.snapshot": ({ show, on_air, pin: card, viewers, stock }) => {
    goods.setLevels(stock)
    become(show.status)
    onAir(on_air)
    drawViewers(viewers)
    pins.clear()
    if (stage.status !== "ended") pin(card)
  },
  "show.started": () => become("live"),
  "show.ended": () => become("ended"),
  "show.cancelled": () => become("cancelled"),
  "take.started": () => onAir(true),
  "take.lost": () => onAir(false),
  "take.finished": () => onAir(false),
  "pin.opened": (fact) => pins.add(fact),
  "pin.closed": (fact) => pins.add(fact),
  "stock.level": ({ variant, left }) => goods.setLevels({ [variant]: left }),
  "room.viewers": ({ viewers }) => drawViewers(viewers),
}

function drawViewers(viewers) {
  fill(page, { viewers: viewers.toLocaleString(language) })
  find("[data-viewers]").hidden = viewers < 1
}

const LINES = {
  lost: "You are offline. Coming back…",
  behind: "Catching up…",
  gone: "The chat of this show is closed.",
}

function drawLine(state) {
  page.dataset.line = state
  fill(page, { line: LINES[state] ?? null })
}

const composer = makeComposer({
  form: find("[data-say]"),
  nameDialog: find("[data-nickname]"),
  chat,
  speaker: { name: page.dataset.speaker, role: page.dataset.role },
  send: (frame) => room.send(frame),
})
// In a replay the chat belongs to the video's clock.
const isTalking = () => stage.status === "scheduled" || stage.status === "live"
const parts = [stageHandlers, chat.handlers, composer.handlers]
const room = openRoom(
  page.dataset.room,
  (fact) => {
    for (const part of parts) {
      if (part === chat.handlers && !isTalking()) continue
      part[fact.type]?.(fact)
    }
  },
  { line: drawLine },
)
setInterval(pins.run, 100)

// ---- the page

soundButton(find("[data-sound]"), video)
swipeToClear(find("[data-stage]"), page)
shareButton(find("[data-share]"), toast.say)
placeShelf(find("[data-shelf]"), find("[data-shelf-column]"), sheet.step("items"))
find("[data-items-button]").addEventListener("click", () => sheet.open("items"))
find("[data-play]").addEventListener("click", () => player.play())
video.addEventListener("resize", drawShape)
video.addEventListener("loadedmetadata", drawShape)

drawLobby(page)
begin()
till.start()
