/** Pictures in a grid as shapes: whole pixels, labels below. */
import type { Pictures } from '../learn/figure.ts'
import type { Palette } from './colours.ts'
import type { Pixels, Scene, Shape } from './scene.ts'

const gap = 6
const labelHeight = 17

/** Where everything stands in a width. */
export interface PicturesLayout {
  readonly width: number
  readonly height: number
  /** Pixels of the page to a pixel of a picture. */
  readonly scale: number
  /** The upper left corner of each picture. */
  readonly corners: readonly (readonly [x: number, y: number])[]
}

/** Pictures as large as whole pixels allow; smaller than one pixel to one only where nothing else fits. */
export function layoutPictures({ items, columns, scale, title }: Pictures, width: number): PicturesLayout {
  const [wide, high] = [
    Math.max(1, ...items.map(({ shape }) => shape[2])),
    Math.max(1, ...items.map(({ shape }) => shape[1])),
  ]
  const across = Math.max(1, Math.min(columns, items.length))
  const room = Math.max(8, (width - 16 - gap * (across - 1)) / across)
  const most = Math.min(scale ?? Infinity, room / wide, scale === undefined ? Math.max(1, 240 / wide) : Infinity)
  const whole = most >= 1 ? Math.floor(most) : most
  const top = title === undefined ? 8 : 28
  const below = items.some(({ label }) => label !== undefined) ? labelHeight : 0
  const corners = items.map((_, i) => {
    const [row, column] = [Math.floor(i / across), i % across]
    return [8 + column * (wide * whole + gap), top + row * (high * whole + gap + below)] as const
  })
  const rows = Math.ceil(items.length / across)
  return { width, height: Math.ceil(top + rows * (high * whole + gap + below) + 2), scale: whole, corners }
}

/** The pictures in pixels. */
export function picturesScene(pictures: Pictures, width: number, palette: Palette): Scene {
  const { height, scale, corners } = layoutPictures(pictures, width)
  const shapes: Shape[] = []
  if (pictures.title !== undefined) {
    shapes.push({ kind: 'text', x: 8, y: 17, text: pictures.title, size: 13, fill: palette.text, bold: true })
  }
  for (const [i, { shape, label }] of pictures.items.entries()) {
    const [[x, y], [, high, wide]] = [corners[i]!, shape]
    const [w, h] = [wide * scale, high * scale]
    shapes.push({ kind: 'rect', x: x - 1, y: y - 1, width: w + 2, height: h + 2, fill: palette.grid })
    shapes.push({ kind: 'image', x, y, width: w, height: h, pixels: pixelsOf(pictures.items[i]!) })
    if (label !== undefined) {
      const fits = Math.max(2, Math.floor(w / 6))
      const text = label.length > fits + 1 ? `${label.slice(0, fits)}…` : label
      shapes.push({ kind: 'text', x: x + w / 2, y: y + h + 13, text, size: 11, fill: palette.text, anchor: 'middle' })
    }
  }
  return { width, height, background: palette.background, shapes }
}

/** A picture in [−1, 1] as RGBA. */
export function pixelsOf({ shape: [channels, height, width], data }: Pictures['items'][number]): Pixels {
  const [area, out] = [width * height, new Uint8ClampedArray(width * height * 4)]
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) out[4 * i + c] = Math.round((data[channels === 1 ? i : c * area + i]! + 1) * 127.5)
    out[4 * i + 3] = 255
  }
  return { width, height, data: out }
}
