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
import { CLOSER, makeStage, STEADIER } from "stage"

const page = document.querySelector("[data-show]")
const find = (selector, root = page) => root.querySelector(selector)
const { slug, shop, currency, workerPath } = page.dataset
const language = document.documentElement.lang || "en"
const money = (amount) => moneyText(amount, currency, language)
const read = (id) => JSON.parse(document.getElementById(id).textContent)

const stage = makeStage(page.dataset.status)
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
const player = makePlayer(video, {
  source: page.dataset.video,
  workerPath,
  state: drawPicture,
  expects: () => stage.isOnAir || stage.status === "ended",
  changed: (cause) => toast.say(cause ? STEADIER[cause] : CLOSER),
  leave: keepStill,
})
const shelf = makeShelf(find("[data-shelf-list]"), {
  goods,
  money,
  choose: till.choose,
  jump: watchFrom,
})
let said = null // about the picture
let replay = null // made when the show is over
let rewound = null // made when somebody looks back while the show is live

// ---- the picture

const REST = 1000 // ms of the live picture that are played out after End, at most
const LONGEST_DELAY = 30 // seconds that a card waits for its frame, at most

function drawPicture(picture) {
  stage.hear(picture)
  drawStage()
}

function drawStage() {
  page.dataset.status = stage.status
  page.dataset.picture = stage.shown()
  const words = stage.words()
  if (words === said) return // what is told again is read out again
  said = words
  fill(page, { stage: words })
}

function drawShape() {
  if (!video.videoWidth) return
  page.dataset.shape = video.videoWidth > video.videoHeight ? "wide" : "tall"
}

// The last picture stays while another one is fetched.
function keepStill() {
  if (video.readyState < 2) return
  const still = find("[data-still]")
  Object.assign(still, { width: video.videoWidth, height: video.videoHeight })
  still.getContext("2d").drawImage(video, 0, 0)
}

// moment: where one was (ms) who looked back when the show ended.
async function begin(moment = null) {
  drawStage()
  if (stage.status === "live") player.load()
  if (stage.status !== "ended") return
  player.load(moment ? { date: moment } : { position: await asked() })
  const { makeReplay } = await import("replay")
  const storyboard = document.getElementById("storyboard") && read("storyboard")
  const parts = { chat, questions, polls, pinCard, goods, shelf }
  replay ??= makeReplay({ page, video, player, money, storyboard, parts, jump: watchFrom })
  replay.start(slug)
  controls()
}

// The second of the replay that the address names.
async function asked() {
  if (!location.search) return 0
  const { readMoment } = await import("player/moment")
  return readMoment(location.search) ?? 0
}

// The last second is played out while the recording is being made ready.
async function turn(wasLive) {
  const moment = player.follows() ? null : player.date()
  const { recorded } = await import("replay")
  if (wasLive) {
    const rest = moment ? 0 : Math.min(player.behind() * 1000, REST)
    await Promise.all([recorded(page.dataset.video), new Promise((go) => setTimeout(go, rest))])
  }
  begin(moment)
}

function watchFrom(moment) {
  sheet.close()
  player.seek(player.positionAt(moment))
  player.play()
}

// The bar comes with the first tap on the picture, or when there is time for it.
const controls = later(async () => {
  const [{ makeControls }] = await Promise.all([import("player/controls"), styles("controlsStyle")])
  find("[data-stage]").removeEventListener("click", showBar)
  return makeControls({ page, video, player, sheet, toast, read, thumbs: () => replay?.thumbs() })
})

function showBar() {
  controls().then(
    ({ show }) => show(),
    () => {},
  )
}

function styles(name) {
  return new Promise((resolve) => {
    const link = document.createElement("link")
    Object.assign(link, { rel: "stylesheet", href: page.dataset[name], onload: resolve })
    link.onerror = resolve
    document.head.append(link)
  })
}

// ---- the room

let onScreen = null // the card that is pinned now, whatever the picture shows
const pins = inStep({
  playingAt: () => (stage.picture === "playing" ? player.date() : null),
  limit: () => Math.min(player.behind() + 2, LONGEST_DELAY) * 1000,
  act({ type, data }) {
    if (type === "pin.closed" && pinCard.shown()?.pin !== data.pin) return
    pinCard.draw(type === "pin.opened" ? data : null)
  },
})

// Prices never wait for the picture; the card does.
function hearPin(fact) {
  if (fact.type === "pin.opened") onScreen = fact.data
  else if (onScreen?.pin === fact.data.pin) onScreen = null
  goods.setPin(onScreen)
  rewound?.hear(fact)
  if (player.follows()) pins.add(fact)
}

function pin(card) {
  onScreen = card
  pins.clear()
  goods.setPin(card)
  pinCard.draw(card)
}

const lookBack = later(async () => {
  const { makeRewound } = await import("player/rewound")
  rewound = makeRewound({ slug, player, pinCard, goods })
})

function runPins() {
  if (stage.status !== "live") return
  if (player.follows()) {
    if (rewound?.isOn()) pin(onScreen)
    rewound?.stop()
    return pins.run()
  }
  if (rewound) rewound.run()
  else lookBack().catch(() => {})
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
    pin(null)
    chat.pin(null)
    polls.clear()
    questions.answering(null)
    questions.draw()
    if (before === "live") toast.say("The show has ended – here is the replay")
    turn(before === "live")
  }
  if (status === "cancelled") player.unload()
  drawStage()
}

function onAir(isOnAir) {
  stage.setOnAir(isOnAir)
  if (isOnAir) player.hurry()
  drawStage()
}

const stageHandlers = {
  "room.snapshot": ({ show, on_air, pin: card }) => {
    become(show.status)
    onAir(on_air)
    if (stage.status === "ended") return
    if (player.follows()) pin(card)
    else goods.setPin((onScreen = card))
  },
  "show.started": () => become("live"),
  "show.ended": () => become("ended"),
  "show.cancelled": () => become("cancelled"),
  "take.started": () => onAir(true),
  "take.lost": () => onAir(false),
  "take.finished": () => onAir(false),
  "pin.opened": hearPin,
  "pin.closed": hearPin,
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
  setTimeout(() => {
    for (const make of [rest, till.prepare, sale, controls]) make().catch(() => {})
  }, 1000),
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
setInterval(runPins, 100)
setInterval(drawStage, 500)

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
find("[data-stage]").addEventListener("click", showBar)
video.addEventListener("resize", drawShape)
video.addEventListener("loadedmetadata", drawShape)

drawLobby(page)
begin()
till.start()
