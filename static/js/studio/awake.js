// The screen stays on while the camera does: a phone that sleeps sends nothing.
let lock = null
let isWanted = false
let isAsking = false

export async function stayAwake(isOn) {
  isWanted = isOn
  const isHeld = lock && !lock.released // a page that is hidden loses it
  if (isOn && !isHeld && !isAsking && document.visibilityState === "visible") {
    isAsking = true
    lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null
    isAsking = false
  }
  if (!isWanted) {
    lock?.release()
    lock = null
  }
}
