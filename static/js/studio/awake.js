// The screen stays on while the camera does: a phone that sleeps sends nothing.
let lock = null

export async function stayAwake(isOn) {
  if (!isOn) {
    lock?.release()
    lock = null
  } else if (document.visibilityState === "visible" && !(lock && !lock.released)) {
    lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null
  }
}
