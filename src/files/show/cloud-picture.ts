/** Clouds as pictures: each on a panel, its points as small shaded balls, pale where they are far. */
import { blank, type Raster } from '../io/raster.ts'
import { scatterBraille } from '../io/scatter.ts'
import { type CloudView, depthColour, reachOf, type SeenPoint, seenPoints } from './cloud-view.ts'

/** How clouds are laid out. */
export interface CloudPictureOptions extends CloudView {
  /** Clouds in a row; default: as square as possible. */
  readonly columns?: number | undefined
  /** Pixels along the side of a panel. */
  readonly side?: number | undefined
}

/**
 * A grid of clouds, in reading order, all at the same scale.
 *
 * @param clouds `[items, n, d]`, around the origin
 */
export function cloudPicture(
  clouds: Float32Array,
  [n, d]: readonly [number, number],
  options: CloudPictureOptions = {},
): Raster {
  const count = clouds.length / (n * d)
  const { columns: wanted, side = count > 36 ? 112 : count > 4 ? 160 : 288 } = options
  const columns = Math.min(count, Math.max(1, wanted ?? Math.ceil(Math.sqrt(count))))
  const view = { ...options, reach: options.reach ?? reachOf(clouds, d) }
  const raster = blank(columns * side, Math.ceil(count / columns) * side)
  for (let item = 0; item < count; item++) {
    const seen = seenPoints(clouds.subarray(item * n * d, (item + 1) * n * d), d, view)
    const [left, top] = [(item % columns) * side, Math.floor(item / columns) * side]
    for (const point of seen) ball(raster, { left, top, side }, point, ballSize(n, side))
  }
  return raster
}

/** The radius of a point, in pixels: so that points on a surface nearly touch, and none is lost. */
export const ballSize = (n: number, side: number): number =>
  Math.max(0.8, Math.min(0.03 * side, (0.28 * side) / Math.sqrt(n)))

interface Panel {
  readonly left: number
  readonly top: number
  readonly side: number
}

/** Paints a ball, with light from above left and soft edges. What lies beyond the panel is cut off. */
function ball(raster: Raster, { left, top, side }: Panel, { x, y, near }: SeenPoint, size: number): void {
  const radius = size * (0.75 + 0.45 * near)
  const [cx, cy] = [x * side, y * side]
  const colour = depthColour(near)
  for (let row = Math.max(0, Math.floor(cy - radius - 1)); row < Math.min(side, cy + radius + 1); row++) {
    for (let column = Math.max(0, Math.floor(cx - radius - 1)); column < Math.min(side, cx + radius + 1); column++) {
      const [dx, dy] = [(column + 0.5 - cx) / radius, (row + 0.5 - cy) / radius]
      const distance = Math.hypot(dx, dy)
      const cover = Math.min(1, Math.max(0, 0.5 + radius * (1 - distance)))
      if (cover === 0) continue
      const light = 28 * (-0.5 * dx - 0.7 * dy) - 14 * distance
      const at = 3 * ((top + row) * raster.width + left + column)
      for (let c = 0; c < 3; c++) {
        const shaded = Math.min(255, Math.max(0, colour[c]! + light))
        raster.data[at + c] = Math.round(cover * shaded + (1 - cover) * raster.data[at + c]!)
      }
    }
  }
}

/** The same as text: braille dots, as many clouds in a line as fit. */
export function cloudText(
  clouds: Float32Array,
  [n, d]: readonly [number, number],
  { width, columns, ...view }: CloudPictureOptions & { readonly width: number },
): string {
  const count = clouds.length / (n * d)
  const cells = Math.min(width, count === 1 ? 48 : 26)
  const inRow = Math.max(1, Math.min(columns ?? count, count, Math.floor((width + 1) / (cells + 1))))
  const reach = view.reach ?? reachOf(clouds, d)
  const lines: string[] = []
  for (let first = 0; first < count; first += inRow) {
    const panels = Array.from({ length: Math.min(inRow, count - first) }, (_, i) => {
      const cloud = clouds.subarray((first + i) * n * d, (first + i + 1) * n * d)
      const plane = seenPoints(cloud, d, { ...view, reach }).flatMap(({ x, y }) => [x, 1 - y])
      return scatterBraille(plane, { columns: cells, extent: [0, 1, 0, 1] }).split('\n')
    })
    panels[0]!.forEach((_, row) =>
      lines.push(
        panels
          .map((panel) => panel[row]!.padEnd(cells))
          .join(' ')
          .trimEnd(),
      ),
    )
  }
  return lines.join('\n')
}
