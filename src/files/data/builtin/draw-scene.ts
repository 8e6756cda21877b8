/** Draws a scene, RGB. */
import { type Key, uniform } from '../../../engine/random/index.ts'
import { clamp, type Outline } from './outlines.ts'
import { type Scene, sceneColours, sceneForms, scenePlaces } from './scene.ts'

/** Pixels along a side, unless told otherwise. */
export const sceneSide = 32

/** The least and the largest radius of a figure, and how far its centre may be from its place's, in pixels of 32. */
export const sceneSizes = Object.freeze({ least: 3.8, most: 4.4, shift: 0.5 })

/** The centre of a place, in pixels. */
export function centreOf(place: number, side: number): readonly [x: number, y: number] {
  return [((place % 3) + 0.5) * (side / 3), (Math.floor(place / 3) + 0.5) * (side / 3)]
}

/** How much of a pixel a figure covers, 0 … 1, from its distance to the outline in pixels. */
export function coverOf(outline: Outline, x: number, y: number, radius: number): number {
  return clamp(0.5 - radius * outline(x / radius, y / radius))
}

/** Paints a scene into `[3, side, side]` bytes. Sizes, shifts and shades follow from the key. */
export function drawScene(scene: Scene, key: Key, image: Uint8Array, side = sceneSide): void {
  const plane = side * side
  const u = uniform(key, new Float64Array(1 + 6 * scene.length))
  const scale = side / sceneSide
  image.fill(Math.round(10 + 35 * u[0]!))
  scene.forEach(({ colour, form, place }, i) => {
    const [size, right, down, ...shades] = u.subarray(1 + 6 * i, 7 + 6 * i)
    const radius = scale * (sceneSizes.least + (sceneSizes.most - sceneSizes.least) * size!)
    const [x, y] = centreOf(scenePlaces.indexOf(place), side)
    const [centreX, centreY] = [right!, down!].map((v, axis) => [x, y][axis]! + scale * sceneSizes.shift * (2 * v - 1))
    const shade = sceneColours[colour].map(
      (value, channel) => clamp((value + 16 * (shades[channel]! - 0.5)) / 255) * 255,
    )
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const [dx, dy] = [column + 0.5 - centreX!, row + 0.5 - centreY!]
        if (dx * dx + dy * dy > 4 * radius * radius) continue
        const cover = coverOf(sceneForms[form], dx, dy, radius)
        if (cover === 0) continue
        for (let channel = 0; channel < 3; channel++) {
          const at = channel * plane + row * side + column
          image[at] = Math.round(image[at]! + cover * (shade[channel]! - image[at]!))
        }
      }
    }
  })
}
