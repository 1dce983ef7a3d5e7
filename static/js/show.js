// The show page: each part hears every fact of the room and answers those it knows.
import { ask } from "api"
import { fill } from "fill"
import { later } from "later"
import { money as moneyText } from "money"
import { makePicture } from "picture"
import { makeAnswers } from "room/answers"
import { makeChat } from "room/chat"
import { makeComposer } from "room/composer"
import { makeLevels } from "room/levels"
import { makeNickname } from "room/nickname"
import { makePinned } from "room/pinned"
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
import { makeStage } from "stage"

const page = document.querySelector("[data-show]")
const find = (selector, root = page) => root.querySelector(selector)
const { slug, shop, currency } = page.dataset
const language = document.documentElement.lang || "en"
const money = (amount) => moneyText(amount, currency, language)
const read = (id) => JSON.parse(document.getElementById(id).textContent)

const stage = makeStage(page.dataset.status)
const video = find("video")
const toast = makeToast(find("[data-toast]"))
const goods = makeGoods(read("items"))
const sheet = makeSheet(find("[data-sheet]"))
const picture = makePicture({
  page,
  video,
  stage,
  toast,
  sheet,
  money,
  replayed: () => ({ chat, questions, polls, pinCard, goods, shelf }),
})
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
  play: picture.watchFrom,
})
const pinCard = makePinCard(find("[data-pin-card]"), {
  goods,
  money,
  choose: till.choose,
  missed: ({ title }) => toast.say(`Now on screen: ${title}. Tap again to buy it.`),
})
const shelf = makeShelf(find("[data-shelf-list]"), {
  goods,
  money,
  choose: till.choose,
  jump: picture.watchFrom,
})
const pinned = makePinned({ slug, stage, player: picture.player, pinCard, goods })

// ---- the room

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
    picture.player.load()
  }
  if (status === "ended") {
    pinned.set(null)
    chat.pin(null)
    polls.clear()
    questions.answering(null)
    questions.draw()
    if (before === "live") toast.say("The show has ended – here is the replay")
    picture.turn(before === "live")
  }
  if (status === "cancelled") picture.player.unload()
  picture.draw()
}

function onAir(isOnAir) {
  stage.setOnAir(isOnAir)
  if (isOnAir) picture.player.hurry()
  picture.draw()
}

const stageHandlers = {
  "room.snapshot": ({ show, on_air, pin: card }) => {
    become(show.status)
    onAir(on_air)
    if (stage.status !== "ended") pinned.restore(card)
  },
  "show.started": () => become("live"),
  "show.ended": () => become("ended"),
  "show.cancelled": () => become("cancelled"),
  "take.started": () => onAir(true),
  "take.lost": () => onAir(false),
  "take.finished": () => onAir(false),
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
    for (const make of [rest, till.prepare, sale, picture.controls]) make().catch(() => {})
  }, 1000),
)

// In a replay the talk belongs to the video's clock.
const isTalking = () => stage.status === "scheduled" || stage.status === "live"
const talk = [chat.handlers, composer.handlers, polls.handlers]
const parts = [
  levels.handlers,
  stageHandlers,
  pinned.handlers,
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
setInterval(pinned.run, 100)
setInterval(picture.draw, 500)

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

if (stage.status === "scheduled") import("lobby").then(({ drawLobby }) => drawLobby(page))
picture.begin()
till.start()
