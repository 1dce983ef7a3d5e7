// Portrait or landscape: what the camera is asked for, and in words what it gave.
const LONG = 1280
const SHORT = 720

// A phone's camera may count its sides as they lie in the phone: `isTurned` asks the other way.
export function asked(shape, isTurned = false) {
  const isUpright = (shape === "portrait") !== isTurned
  const [width, height] = isUpright ? [SHORT, LONG] : [LONG, SHORT]
  return { width: { ideal: width }, height: { ideal: height } }
}

// An upright picture out of a camera that lies on its side. Chrome records what is cut out of the
// camera's picture and never makes it smaller, so it is cut from 1080 rows, not from all there are.
export function cutOut(rows) {
  const height = Math.min(rows, 1080)
  return { width: { ideal: 2 * Math.round((height * 9) / 32) }, height: { ideal: height } }
}

export const fits = (shape, width, height) =>
  shape === "portrait" ? height > width : width >= height

export function gotWords(shape, width, height) {
  const got = `The camera gives ${width} × ${height}`
  if (fits(shape, width, height)) return `${got}.`
  return shape === "portrait"
    ? `${got}, which is landscape. Turn the camera upright, or choose landscape.`
    : `${got}, which is portrait. Lay the camera on its side, or choose portrait.`
}
