// The picture of the show page: live, with its stills and words in between, then its own replay.
import { fill } from "fill"
import { later } from "later"
import { makePlayer } from "player"
import { CLOSER, STEADIER } from "stage"
import { styles } from "styles"

const REST = 600 // ms of the live picture that are played out after End, at most
const FIRST = 1500 // ms in which a replay's first picture should be there

// replayed() gives what the replay draws its moments with: chat, questions, polls, pinCard, goods
// and shelf.
export function makePicture({ page, video, stage, toast, sheet, money, replayed }) {
  const find = (selector) => page.querySelector(selector)
  const read = (id) => JSON.parse(document.getElementById(id).textContent)
  const player = makePlayer(video, {
    source: page.dataset.video,
    workerPath: page.dataset.workerPath,
    state(picture) {
      stage.hear(picture)
      draw()
    },
    expects: () => stage.isOnAir || stage.status === "ended",
    changed: (cause) => toast.say(cause ? STEADIER[cause] : CLOSER),
    leave: keepStill,
  })
  let said = null // about the picture
  let replay = null // made when the show is over

  function draw() {
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
    draw()
    if (stage.status === "live") player.load()
    if (stage.status !== "ended") return
    player.load(moment ? { date: moment } : { position: await asked() })
    await firstPicture()
    const { makeReplay } = await import("replay")
    const storyboard = document.getElementById("storyboard") && read("storyboard")
    const parts = replayed()
    replay ??= makeReplay({ page, video, player, money, storyboard, parts, jump: watchFrom })
    replay.start(page.dataset.slug)
    controls()
  }

  // The last moment is played out while the recording is being made ready.
  async function turn(wasLive) {
    const moment = player.follows() ? null : player.date()
    const { recorded } = await import("replay")
    if (wasLive) {
      const rest = moment ? 0 : Math.min(player.behind() * 1000, REST)
      await Promise.all([recorded(page.dataset.video), new Promise((go) => setTimeout(go, rest))])
    }
    begin(moment)
  }

  // What is drawn around the picture does not get in its way; nor does it wait for long.
  const firstPicture = () =>
    new Promise((go) => {
      video.addEventListener("playing", go, { once: true })
      setTimeout(go, FIRST)
    })

  function watchFrom(moment) {
    sheet.close()
    player.seek(player.positionAt(moment))
    player.play()
  }

  // The bar comes with the first tap on the picture, or when there is time for it.
  const controls = later(async () => {
    const [{ makeControls }] = await Promise.all([
      import("player/controls"),
      styles(page.dataset.controlsStyle),
    ])
    find("[data-stage]").removeEventListener("click", showBar)
    return makeControls({ page, video, player, sheet, toast, read, thumbs: () => replay?.thumbs() })
  })

  // On other pages of this tab it goes on in a corner.
  const goOn = later(async () => {
    const { passOn } = await import("watching")
    const title = find("h1").textContent
    passOn({ address: location.pathname, source: page.dataset.video, title }, { player, video })
  })

  function showBar() {
    controls().then(
      ({ show }) => show(),
      () => {},
    )
  }

  find("[data-play]").addEventListener("click", () => player.play())
  find("[data-stage]").addEventListener("click", showBar)
  video.addEventListener("playing", () => goOn().catch(() => {}))
  video.addEventListener("resize", drawShape)
  video.addEventListener("loadedmetadata", drawShape)

  return { player, draw, begin, turn, watchFrom, controls }
}

// The second of the replay that the address names.
async function asked() {
  if (!location.search) return 0
  const { readMoment } = await import("player/moment")
  return readMoment(location.search) ?? 0
}
