// What every page of a shop has: times as the viewer's clock tells them, and the picture that
// goes on in a corner for one who comes from a show.
import "local-time"
import { passedOn } from "watching"

const watched = passedOn()
if (watched) {
  addEventListener("load", async () => {
    const { makeMiniPlayer } = await import("mini-player")
    makeMiniPlayer(watched)
  })
}
