// What is said, as text over the picture; a file is fetched when it is chosen.
// Per cent of the height: above the card on a desk, above the talk on a phone.
const ON_DESK = 68
const ON_PHONE = { tall: 28, wide: 80 }

// captions: [{language, address}].
export function addCaptions(video, captions, page) {
  const names = new Intl.DisplayNames(document.documentElement.lang, { type: "language" })
  const elements = captions.map(({ language, address }) => {
    const element = document.createElement("track")
    element.addEventListener("load", () => lift(element.track))
    const label = names.of(language)
    Object.assign(element, { kind: "captions", srclang: language, label, src: address })
    video.append(element)
    return element
  })

  // Cues without a place of their own would lie under what the page lays over the picture.
  function lift(track) {
    const isDesk = matchMedia("(min-width: 1000px)").matches
    for (const cue of track.cues ?? []) {
      if (cue.line !== "auto") continue
      cue.snapToLines = false
      cue.line = isDesk ? ON_DESK : ON_PHONE[page.dataset.shape]
    }
  }

  return {
    labels: elements.map(({ label }) => label),
    shown: () => elements.findIndex(({ track }) => track.mode === "showing"),
    show: (wanted) =>
      elements.forEach(({ track }, index) => {
        track.mode = index === wanted ? "showing" : "disabled"
      }),
  }
}
