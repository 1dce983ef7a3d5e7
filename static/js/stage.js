// What the page says about the picture, in the words of one who watches.
export function stageWords({ status, isOnAir, hadPicture, picture }) {
  if (picture === "unsupported") return "This browser cannot play the show. The goods are all here."
  if (status === "cancelled") return "This show was cancelled"
  if (status === "scheduled") return "The show starts soon"
  if (picture === "blocked") return null // the play button speaks
  if (status === "ended") {
    if (picture === "none") return "The recording is not here yet"
    return ["connecting", "waiting"].includes(picture) ? "Connecting" : null
  }
  if (picture === "playing") return null
  if (isOnAir) return "Connecting"
  return hadPicture ? "The host is reconnecting" : "The show starts soon"
}
