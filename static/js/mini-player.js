// A show goes on in a corner while its viewer looks at goods, fills the bag and pays.
import { clone, fill } from "fill"
import { makePlayer } from "player"
import { linkTo } from "player/moment"
import { soundButton } from "sound"
import { styles } from "styles"
import { forget, passOn } from "watching"

const WORDS = {
  none: "Waiting for the picture",
  connecting: "Connecting",
  waiting: "Waiting for the picture",
  blocked: "Tap to watch",
  ended: "It is over",
}

// watched: what `passOn` kept on the page before.
export async function makeMiniPlayer(watched) {
  const { style, workerPath } = document.getElementById("mini-player").dataset
  await styles(style)
  const root = fill(clone("mini-player"), { title: watched.title })
  const find = (name) => root.querySelector(`[data-${name}]`)
  const video = root.querySelector("video")
  const player = makePlayer(video, {
    source: watched.source,
    workerPath,
    state,
    expects: () => false, // a show that is not on air may be asked for now and then
  })

  function state(picture) {
    if (picture === "unsupported") return close()
    if (picture === "blocked" && !video.muted) {
      video.muted = true // silent it may begin without a tap
      return player.play()
    }
    root.dataset.picture = picture
    fill(root, { word: WORDS[picture] ?? null })
  }

  function close() {
    forget()
    player.pause()
    player.unload()
    root.remove()
    document.getElementById("main").focus({ preventScroll: true })
  }

  // Who goes back to a replay goes on where it is.
  function aim() {
    const isReplay = !player.isLive() && video.currentTime > 0
    const page = new URL(watched.address, location.href).href
    find("back").href = isReplay ? linkTo(page, video.currentTime) : page
  }

  const { position, isWide = false, isMuted = true } = watched
  root.toggleAttribute("data-wide", isWide)
  video.muted = isMuted
  find("close").addEventListener("click", close)
  for (const event of ["pointerdown", "click", "focus"]) {
    find("back").addEventListener(event, aim)
  }
  aim()
  soundButton(find("sound"), video)
  document.body.append(root)
  player.load(position ? { position } : null)
  passOn(watched, { player, video })
}
