// In every page that is measured: what the picture on the screen says about when it was taken.
{
  const canvas = new OffscreenCanvas(640, 1)
  const paint = canvas.getContext("2d", { willReadFrequently: true })
  const film = () => document.querySelector("video")

  // When the frame on the screen was taken, in ms; null if it cannot be read.
  function taken() {
    const video = film()
    if (!video?.videoWidth) return null
    paint.drawImage(video, 0, 20, 640, 1, 0, 0, 640, 1)
    const row = paint.getImageData(0, 0, 640, 1).data
    let coded = 0
    for (let bit = 0; bit < 32; bit++) coded = coded * 2 + (row[(bit * 20 + 10) * 4] > 127 ? 1 : 0)
    const now = Date.now()
    const delay = (((now - coded) % 2 ** 32) + 2 ** 32) % 2 ** 32
    return delay < 3600_000 ? now - delay : null
  }

  const when = (find, then) => {
    const found = find()
    if (found) then(found)
    else requestAnimationFrame(() => when(find, then))
  }

  const bench = (window.bench = {
    first: null, // ms after the page was asked for
    cards: [], // each pinned card as it is drawn: {item, taken}

    // The delay of each frame shown in so many ms.
    delays: (ms) =>
      new Promise((done) => {
        const found = []
        let isOver = false
        setTimeout(() => {
          isOver = true
          done(found)
        }, ms)
        const look = () => {
          if (isOver) return
          const moment = taken()
          found.push(moment === null ? null : Date.now() - moment)
          film().requestVideoFrameCallback(look)
        }
        film().requestVideoFrameCallback(look)
      }),

    // The moment at which a frame is shown that was taken before that moment.
    shows: (before) =>
      new Promise((done) => {
        const look = () => {
          const moment = taken()
          if (moment !== null && moment < before) done(Date.now())
          else film().requestVideoFrameCallback(look)
        }
        film().requestVideoFrameCallback(look)
      }),

    // As if the picture stood still three times: the player gives low latency up.
    async stumble() {
      for (let time = 0; time < 3; time++) {
        film().dispatchEvent(new Event("waiting"))
        await new Promise((go) => setTimeout(go, 50))
        film().dispatchEvent(new Event("playing"))
        await new Promise((go) => setTimeout(go, 450))
      }
    },
  })

  when(film, (video) => {
    video.requestVideoFrameCallback(() => (bench.first = performance.now()))
  })

  when(() => document.querySelector("[data-pin-card]"), (card) => {
    let shown = null
    const look = () => {
      const item = card.hidden ? null : card.querySelector("[data-deal]").dataset.deal
      if (item === shown) return
      shown = item
      if (!item) return
      requestAnimationFrame(() => bench.cards.push({ item: Number(item), taken: taken() }))
    }
    const all = { attributes: true, childList: true, characterData: true, subtree: true }
    new MutationObserver(look).observe(card, all)
  })
}
