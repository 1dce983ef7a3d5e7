// What the page says about the picture, in the words of one who watches.
const BRIEF = 700 // ms; a picture that waits no longer than that needs no words
const LONG = 10_000 // ms; from then on "Connecting" is no answer any more

// What is known of the show and its picture; `picture` is what the player tells.
export function makeStage(status, now = Date.now) {
  const stage = { status, isOnAir: false, hadPicture: false, picture: "none" }
  let since = now() // from when on we wait for what we should see

  return Object.assign(stage, {
    hear(picture) {
      if (picture === "playing") stage.hadPicture = true
      if (picture === "playing" || stage.picture === "playing") since = now()
      stage.picture = picture
    },
    setOnAir(isOnAir) {
      if (isOnAir !== stage.isOnAir) since = now()
      stage.isOnAir = isOnAir
    },
    // A picture that was there stays as a still, whatever is being tried behind it.
    shown: () => (stage.hadPicture && stage.picture === "none" ? "waiting" : stage.picture),
    words: () => stageWords({ ...stage, waited: now() - since }),
  })
}

export function stageWords({ status, isOnAir, hadPicture, picture, waited = BRIEF }) {
  if (picture === "unsupported") return "This browser cannot play the show. The goods are all here."
  if (status === "cancelled") return "This show was cancelled"
  if (status === "scheduled") return "The show starts soon"
  if (picture === "blocked") return null // the play button speaks
  if (picture === "playing") return null
  if (status === "ended" && picture === "ended") return null
  if (status === "ended" && picture === "none" && !hadPicture) {
    return "The recording is not here yet"
  }
  if (isOnAir || status === "ended") {
    if (hadPicture && waited < BRIEF) return null
    return waited < LONG ? "Connecting" : "Still trying. The goods are all here."
  }
  return hadPicture ? "The host is reconnecting" : "The show starts soon"
}

// What is said when the picture becomes a steadier one, and when it is close to live again.
export const STEADIER = {
  line: "Your line is slow – a steadier picture, a few seconds later",
  host: "The picture comes in fits – a steadier one, a few seconds later",
}
export const CLOSER = "Your line is better – close to live again"
