/** Balls and sticks as pixels: every pixel is a ray that meets the nearest surface. */
import type { Rgb } from '../../io/raster.ts'
import type { MoleculeScene, Stick } from './scene.ts'

/** Where light comes from, of length 1: from above on the left, in front. */
const light = [-0.42, 0.56, 0.714] as const
/** How far back things turn pale, and how much. */
const haze = 0.45
const paper: Rgb = [255, 255, 255]
/** Rays along the side of a pixel. */
const rays = 3

/** Pixels of one panel, `[height, width, 3]`; `reach` is half of its width in ångström. */
export function panelPixels(scene: MoleculeScene, width: number, height: number, reach: number): Uint8Array {
  const [across, down] = [width * rays, height * rays]
  const depth = new Float32Array(across * down).fill(-Infinity)
  const colours = new Float32Array(3 * across * down)
  const scale = across / (2 * reach)
  const tall = (reach * height) / width
  const mark = (px: number, py: number, z: number, normal: readonly [number, number, number], colour: Rgb): void => {
    const at = py * across + px
    if (z <= depth[at]!) return
    depth[at] = z
    const far = Math.min(1, Math.max(0, 0.5 - z / (2 * reach)))
    shade(colours, 3 * at, normal, colour, haze * far)
  }
  const within = (low: number, high: number, half: number, size: number): readonly [number, number] => [
    Math.max(0, Math.floor((low + half) * scale)),
    Math.min(size - 1, Math.ceil((high + half) * scale)),
  ]
  const columns = (low: number, high: number): readonly [number, number] => within(low, high, reach, across)
  const rows = (low: number, high: number): readonly [number, number] => within(low, high, tall, down)
  const xOf = (pixel: number): number => (pixel + 0.5) / scale - reach
  const yOf = (pixel: number): number => tall - (pixel + 0.5) / scale
  for (const { x, y, z, radius, colour } of scene.balls) {
    const [left, right] = columns(x - radius, x + radius)
    const [top, bottom] = rows(-y - radius, -y + radius)
    for (let py = top; py <= bottom; py++) {
      for (let px = left; px <= right; px++) {
        const [dx, dy] = [(xOf(px) - x) / radius, (yOf(py) - y) / radius]
        const square = 1 - dx * dx - dy * dy
        if (square > 0) mark(px, py, z + radius * Math.sqrt(square), [dx, dy, Math.sqrt(square)], colour)
      }
    }
  }
  for (const stick of scene.sticks) {
    const { from, to, radius } = stick
    const [left, right] = columns(Math.min(from[0], to[0]) - radius, Math.max(from[0], to[0]) + radius)
    const [top, bottom] = rows(-Math.max(from[1], to[1]) - radius, -Math.min(from[1], to[1]) + radius)
    for (let py = top; py <= bottom; py++) {
      for (let px = left; px <= right; px++) {
        const hit = meet(stick, xOf(px), yOf(py))
        if (hit) mark(px, py, hit.z, hit.normal, stick.colour)
      }
    }
  }
  return reduced(colours, depth, width, height)
}

/** Where a ray towards the viewer at x, y meets a cylinder: nearest to the viewer. */
function meet(
  { from, to, radius }: Stick,
  x: number,
  y: number,
): { readonly z: number; readonly normal: readonly [number, number, number] } | undefined {
  const d = [to[0] - from[0], to[1] - from[1], to[2] - from[2]] as const
  const length = Math.hypot(...d)
  if (length === 0) return undefined
  const u = [d[0] / length, d[1] / length, d[2] / length] as const
  const p = [x - from[0], y - from[1], -from[2]] as const
  // |p + z e_z − ((p + z e_z) · u) u|² = radius², in z.
  const along = p[0] * u[0] + p[1] * u[1] + p[2] * u[2]
  const a = 1 - u[2] * u[2]
  if (a < 1e-9) return undefined
  const b = p[2] - along * u[2]
  const c = p[0] * p[0] + p[1] * p[1] + p[2] * p[2] - along * along - radius * radius
  const inner = b * b - a * c
  if (inner <= 0) return undefined
  const z = (-b + Math.sqrt(inner)) / a
  const at = along + z * u[2]
  if (at < 0 || at > length) return undefined
  const normal = [p[0] - at * u[0], p[1] - at * u[1], p[2] + z - at * u[2]].map((each) => each / radius)
  return { z, normal: normal as unknown as readonly [number, number, number] }
}

/** Dull light, a highlight, darker edges, and haze. */
function shade(out: Float32Array, at: number, n: readonly [number, number, number], colour: Rgb, pale: number): void {
  const dull = Math.max(0, n[0] * light[0] + n[1] * light[1] + n[2] * light[2])
  // The highlight of a half vector between light and viewer.
  const half = [light[0], light[1], light[2] + 1] as const
  const length = Math.hypot(...half)
  const shine = 0.55 * Math.max(0, (n[0] * half[0] + n[1] * half[1] + n[2] * half[2]) / length) ** 48
  const edge = 0.72 + 0.28 * Math.min(1, 2.2 * Math.max(0, n[2]))
  const lit = (0.42 + 0.66 * dull) * edge
  for (let channel = 0; channel < 3; channel++) {
    const value = Math.min(255, colour[channel]! * lit + 255 * shine)
    out[at + channel] = value + pale * (paper[channel]! - value)
  }
}

/** The mean of the rays of each pixel; those that meet nothing see the paper. */
function reduced(colours: Float32Array, depth: Float32Array, width: number, height: number): Uint8Array {
  const size = width * rays
  const out = new Uint8Array(3 * width * height)
  for (let py = 0; py < height; py++) {
    for (let px = 0; px < width; px++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0
        for (let ray = 0; ray < rays * rays; ray++) {
          const at = (py * rays + Math.floor(ray / rays)) * size + px * rays + (ray % rays)
          sum += depth[at] === -Infinity ? paper[channel]! : colours[3 * at + channel]!
        }
        out[3 * (py * width + px) + channel] = Math.round(sum / (rays * rays))
      }
    }
  }
  return out
}
