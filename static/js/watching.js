// What is being watched, handed from page to page of this tab.
const KEY = "watching"

// show: {address, source, title}, where its page and its playlist are. Who leaves while it plays
// sees it go on; a replay from the same second, a live show at its edge.
export function passOn(show, { player, video }) {
  addEventListener("pagehide", () => {
    if (video.paused) return forget()
    if (!video.videoWidth) return keep(show) // no picture yet
    const isWide = video.videoWidth > video.videoHeight
    const position = player.isLive() ? null : video.currentTime
    keep({ ...show, isWide, position, isMuted: video.muted })
  })
}

export const passedOn = () => {
  try {
    return JSON.parse(sessionStorage.getItem(KEY))
  } catch {
    return null // the browser keeps nothing for us
  }
}

export function forget() {
  try {
    sessionStorage.removeItem(KEY)
  } catch {
    // nothing was kept
  }
}

function keep(what) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(what))
  } catch {
    // it is not seen on the next page
  }
}
