// The show page: each part hears every fact of the room and answers those it knows.
import { ask } from "api"
import { fill } from "fill"
import { later } from "later"
import { drawLobby } from "lobby"
import { money as moneyText } from "money"
import { makePlayer } from "player"
import { makeAnswers } from "room/answers"
import { makeChat } from "room/chat"
import { makeComposer } from "room/composer"
import { inStep } from "room/in-step"
import { makeLevels } from "room/levels"
import { makeNickname } from "room/nickname"
import { makePinCard } from "room/pins"
import { makePolls } from "room/polls"
import { makeQuestions } from "room/questions"
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
const loaded = new Promise((resolve) => addEventListener("load", resolve))
const sale = later(async () => {
  await loaded // the picture comes first
  const { makeSale } = await import("shop/sale")
  const parts = { page, shop, goods, levels, sheet, till }
  return makeSale({ ...parts, tell: toast.say, refresh: refreshGoods })
})
const till = makeTill({
  sheet,
  goods,
  money,
  shop,
  toast,
  bagButton: find("[data-bag-button]"),
  wait: async (what) => (await sale()).wait(what),
})
const send = (frame) => room.send(frame)
const answers = makeAnswers(send)
const levels = makeLevels()
const nickname = makeNickname(find("[data-nickname]"), page.dataset.speaker)
const chat = makeChat(find("[data-chat]"), find("[data-pinned-message]"))
const polls = makePolls({ card: find("[data-poll]"), levels, answers, tell: toast.say })
const questions = makeQuestions({
  page,
  stage,
  step: sheet.step("questions"),
  button: find("[data-questions-button]"),
  levels,
  answers,
  nickname,
  play: watchFrom,
})
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
  jump: watchFrom,
})
let replay = null // made when the show is over

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

async function begin() {
  drawStage()
  if (stage.status === "live") player.load()
  if (stage.status !== "ended") return
  player.load()
  const { makeReplay } = await import("replay")
  const root = find("[data-replay]")
  replay ??= makeReplay({ root, video, player, chat, questions, polls, pinCard, goods, shelf })
  replay.start(slug)
}

function watchFrom(moment) {
  sheet.close()
  replay?.jump(moment)
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
  return data
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
    chat.pin(null)
    polls.clear()
    questions.answering(null)
    questions.draw()
    if (before === "live") toast.say("The show has ended – here is the replay")
    // The last second is still on its way to the playlist.
    setTimeout(begin, 1500)
    import("replay") // comes meanwhile
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
  "room.snapshot": ({ show, on_air, pin: card }) => {
    become(show.status)
    onAir(on_air)
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
}

// Deals, offers and drops are seldom there: what draws them comes with the first of them.
let isSelling = goods.deals().length > 0
const hearSale = async (fact) => (await sale()).hear(fact)
const saleHandlers = {
  "room.snapshot": (fact) => {
    isSelling ||= Boolean(fact.offer || fact.deals?.length || fact.drops?.length)
    if (isSelling) hearSale(fact)
  },
  "show.ended": (fact) => isSelling && hearSale(fact),
}
for (const type of ["deal.opened", "deal.closed", "offer.opened", "offer.closed"]) {
  saleHandlers[type] = (fact) => {
    isSelling = true
    hearSale(fact)
  }
}

levels.watch("stock", goods.setLevels)
levels.watch("viewers", (viewers) => {
  fill(page, { viewers: viewers.toLocaleString(language) })
  find("[data-viewers]").hidden = viewers < 1
})

const LINES = {
  lost: "You are offline. Coming back…",
  behind: "Catching up…",
  gone: "The chat of this show is closed.",
}

function drawLine(state, code) {
  page.dataset.line = state
  const words = state === "gone" && code !== 4404 ? "Please reload the page." : LINES[state]
  fill(page, { line: words ?? null })
}

const composer = makeComposer({
  reach: find("[data-reach]"),
  role: page.dataset.role,
  nickname,
  chat,
  answers,
})
// What nobody taps in the first second comes after it; an earlier tap waits for it.
const talkArea = find("[data-talk]")
const rest = later(async () => {
  const [{ makeLineMenu }, { makeReactions }] = await Promise.all([
    import("room/line-menu"),
    import("room/reactions"),
  ])
  talkArea.removeEventListener("click", tapEarly)
  makeLineMenu({
    list: find("[data-chat]"),
    dialog: find("[data-line-menu]"),
    answers,
    canReply: () => isTalking() && !find("#say-text").disabled,
    reply: composer.replyTo,
  })
  makeReactions({ talk: talkArea, more: find("[data-more]"), sky: find("[data-sky]"), levels, send })
})

async function tapEarly({ target }) {
  await rest()
  target.closest("[data-react], [data-seq]")?.dispatchEvent(new Event("click", { bubbles: true }))
}

talkArea.addEventListener("click", tapEarly)
loaded.then(() =>
  setTimeout(() => [rest, till.prepare, sale].forEach((make) => make().catch(() => {})), 1000),
)

// In a replay the talk belongs to the video's clock.
const isTalking = () => stage.status === "scheduled" || stage.status === "live"
const talk = [chat.handlers, composer.handlers, polls.handlers]
const parts = [
  levels.handlers,
  stageHandlers,
  saleHandlers,
  ...talk,
  answers.handlers,
  questions.handlers,
]
const room = openRoom(
  page.dataset.room,
  (fact) => {
    for (const part of parts) {
      if (isTalking() || !talk.includes(part)) part[fact.type]?.(fact)
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
find("[data-questions-button]").addEventListener("click", () => sheet.open("questions"))
// The card over the picture stands on whatever is written above the field.
new ResizeObserver(([{ target }]) => {
  page.style.setProperty("--reach", `${target.offsetHeight}px`)
}).observe(find("[data-reach]"))
find("[data-play]").addEventListener("click", () => player.play())
video.addEventListener("resize", drawShape)
video.addEventListener("loadedmetadata", drawShape)

drawLobby(page)
begin()
till.start()
