// Shows begin muted, as browsers demand; one tap brings the sound.
export function soundButton(button, video) {
  const label = button.querySelector("[data-slot='sound']")

  function draw() {
    button.dataset.sound = video.muted ? "off" : "on"
    label.textContent = video.muted ? "Tap for sound" : "Mute"
  }

  button.addEventListener("click", () => {
    video.muted = !video.muted
    if (video.paused && !video.ended) video.play().catch(() => {})
  })
  video.addEventListener("volumechange", draw)
  draw()
}
