// The player's menu: quality, captions, a window of its own, a link to this moment.
import { clone, fill } from "fill"
import { addCaptions } from "player/captions"
import { linkTo } from "player/moment"
import { hand } from "share"

export function makeMenu({ page, details, video, player, captions, tell }) {
  const find = (name) => details.querySelector(`[data-${name}]`)
  const isReplay = () => page.dataset.status === "ended"
  const tracks = addCaptions(video, captions, page)

  function draw() {
    const qualities = player.qualities()
    drawChoices(find("qualities"), qualities.length > 1 ? qualityChoices(qualities) : [])
    drawChoices(find("captions"), isReplay() && tracks.labels.length ? captionChoices() : [])
    find("share-moment").hidden = !isReplay()
    find("window").hidden = !canFloat(video)
    fill(details, { float: isFloating(video) ? "Back into the page" : "Small window" })
  }

  function qualityChoices(qualities) {
    const best = [...qualities].sort((a, b) => b.lines - a.lines)
    return [{ index: -1 }, ...best].map(({ index, lines }) => ({
      label: index < 0 ? "Auto" : `${lines}p`,
      isChosen: player.quality() === index,
      choose: () => player.setQuality(index),
    }))
  }

  function captionChoices() {
    return ["Off", ...tracks.labels].map((label, index) => ({
      label,
      isChosen: tracks.shown() === index - 1,
      choose: () => tracks.show(index - 1),
    }))
  }

  function drawChoices(group, choices) {
    group.hidden = !choices.length
    const buttons = choices.map(({ label, isChosen, choose }) => {
      const button = fill(clone("player-choice"), { choice: label })
      button.setAttribute("aria-pressed", isChosen)
      button.addEventListener("click", () => {
        choose()
        close()
      })
      return button
    })
    group.querySelector("[data-choices]").replaceChildren(...buttons)
  }

  function close() {
    details.open = false
    details.querySelector("summary").focus()
  }

  details.hidden = false
  details.addEventListener("toggle", () => details.open && draw())
  details.addEventListener("keydown", (event) => event.key === "Escape" && details.open && close())
  document.addEventListener("click", ({ target }) => {
    if (!details.contains(target)) details.open = false
  })
  find("window").addEventListener("click", () => {
    float(video).catch(() => tell("The browser keeps the picture in the page."))
    close()
  })
  find("share-moment").addEventListener("click", () => {
    hand(linkTo(location.href, video.currentTime), tell)
    close()
  })
  const isUseful = () => canFloat(video) || isReplay() || player.qualities().length > 1
  const reveal = () => (details.hidden = !isUseful())
  video.addEventListener("playing", reveal)
  reveal()
}

// A picture in a window of its own: the standard's way, and the one of iPhones.
const MODE = "picture-in-picture"
const canFloat = (video) =>
  document.pictureInPictureEnabled || Boolean(video.webkitSupportsPresentationMode?.(MODE))
const isFloating = (video) =>
  document.pictureInPictureElement === video || video.webkitPresentationMode === MODE

async function float(video) {
  if (!document.pictureInPictureEnabled) {
    return video.webkitSetPresentationMode(isFloating(video) ? "inline" : MODE)
  }
  if (isFloating(video)) await document.exitPictureInPicture()
  else await video.requestPictureInPicture()
}
