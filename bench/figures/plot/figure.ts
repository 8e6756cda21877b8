/** A figure: panels in rows, each a frame with axes and marks, and a legend below; as SVG text. */
import { type Axis, place, tickText, ticksOf } from './scale.ts'

/** Where a panel's values lie in the picture. */
export interface Frame {
  readonly x: (value: number) => number
  readonly y: (value: number) => number
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Something drawn in a panel: SVG text. */
export type Mark = (frame: Frame) => string

/** One set of axes. */
export interface Panel {
  readonly title?: string
  readonly x: Axis
  readonly y: Axis
  readonly marks: readonly Mark[]
}

/** An entry of the legend. */
export interface Key {
  readonly label: string
  readonly color: string
  readonly dash?: string
  /** A patch or a dot in place of a line. */
  readonly symbol?: 'patch' | 'dot'
}

/** How panels are laid out; sizes in pixels. */
export interface Layout {
  /** Panels in a row; default all. */
  readonly columns?: number
  /** The size of a panel's frame, without labels; default 240 × 180. */
  readonly size?: readonly [number, number]
  readonly legend?: readonly Key[]
  /** Entries in a row of the legend; default as many as fit. */
  readonly legendColumns?: number
}

const ink = '#333'
const font = 'font-family="Helvetica, Arial, DejaVu Sans, sans-serif"'

/** The figure as SVG. */
export function figure(
  panels: readonly Panel[],
  { columns = panels.length, size: [width, height] = [240, 180], legend = [], legendColumns }: Layout = {},
): string {
  const labelled = (axis: 'x' | 'y'): boolean => panels.some((panel) => panel[axis].label !== undefined)
  const numbered = (axis: 'x' | 'y'): boolean => panels.some((panel) => panel[axis].numbers !== false)
  const margin = {
    left: 12 + (numbered('y') ? 32 : 0) + (labelled('y') ? 16 : 0),
    right: 14,
    top: panels.some(({ title }) => title) ? 28 : 10,
    bottom: 10 + (numbered('x') ? 16 : 0) + (labelled('x') ? 18 : 0),
  }
  const [cellWidth, cellHeight] = [margin.left + width + margin.right, margin.top + height + margin.bottom]
  const rows = Math.ceil(panels.length / columns)
  const total = columns * cellWidth
  const keys = drawLegend(legend, total, rows * cellHeight, legendColumns)
  const body = panels.map((panel, i) =>
    drawPanel(
      panel,
      (i % columns) * cellWidth + margin.left,
      Math.floor(i / columns) * cellHeight + margin.top,
      width,
      height,
      `clip${i}`,
    ),
  )
  const tall = rows * cellHeight + keys.height
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${total}" height="${tall}" viewBox="0 0 ${total} ${tall}" ${font} font-size="12" fill="${ink}">`,
    `<rect width="${total}" height="${tall}" fill="white"/>`,
    ...body,
    keys.svg,
    '</svg>\n',
  ].join('\n')
}

function drawPanel(panel: Panel, left: number, top: number, width: number, height: number, clip: string): string {
  const { title, x, y, marks } = panel
  const frame: Frame = {
    x: place(x, left, left + width),
    y: place(y, top + height, top),
    left,
    top,
    width,
    height,
  }
  const bottom = top + height
  const parts = [`<clipPath id="${clip}"><rect x="${left}" y="${top}" width="${width}" height="${height}"/></clipPath>`]
  if (title) parts.push(text(left + width / 2, top - 9, title, 'middle', 'font-weight="bold"'))
  for (const tick of ticksOf(x)) {
    const at = pixel(frame.x(tick))
    parts.push(`<path d="M${at} ${bottom}v4" stroke="${ink}"/>`)
    if (x.numbers !== false) parts.push(text(at, bottom + 17, tickText(x, tick), 'middle', 'font-size="11"'))
  }
  for (const tick of ticksOf(y)) {
    const at = pixel(frame.y(tick))
    parts.push(`<path d="M${left} ${at}h-4" stroke="${ink}"/>`)
    if (y.numbers !== false) parts.push(text(left - 7, at + 4, tickText(y, tick), 'end', 'font-size="11"'))
  }
  if (x.label) parts.push(text(left + width / 2, bottom + (x.numbers === false ? 19 : 35), x.label, 'middle'))
  if (y.label) {
    const [at, middle] = [left - (y.numbers === false ? 10 : 42), top + height / 2]
    parts.push(text(at, middle, y.label, 'middle', `transform="rotate(-90 ${at} ${middle})"`))
  }
  parts.push(`<g clip-path="url(#${clip})">`, ...marks.map((mark) => mark(frame)), '</g>')
  parts.push(`<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" stroke="${ink}"/>`)
  return parts.join('\n')
}

function drawLegend(
  keys: readonly Key[],
  total: number,
  top: number,
  columns?: number,
): { svg: string; height: number } {
  if (keys.length === 0) return { svg: '', height: 0 }
  const widest = 44 + 6.6 * Math.max(...keys.map(({ label }) => label.length))
  const across = columns ?? Math.max(1, Math.min(keys.length, Math.floor(total / widest)))
  const cell = Math.min(total / across, widest + 20)
  const left = (total - across * cell) / 2
  const parts = keys.map(({ label, color, dash, symbol }, i) => {
    const [x, y] = [pixel(left + (i % across) * cell + 6), top + 14 + 18 * Math.floor(i / across)]
    const sample =
      symbol === 'patch'
        ? `<rect x="${x + 6}" y="${y - 6}" width="14" height="11" fill="${color}"/>`
        : symbol === 'dot'
          ? `<circle cx="${x + 13}" cy="${y}" r="4" fill="${color}"/>`
          : `<path d="M${x} ${y}h26" stroke="${color}" stroke-width="2.2"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`
    return sample + text(x + 32, y + 4, label, 'start')
  })
  return { svg: parts.join('\n'), height: 10 + 18 * Math.ceil(keys.length / across) }
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end', more = ''): string {
  const safe = content.replace(/&/g, '&amp;').replace(/</g, '&lt;')
  return `<text x="${pixel(x)}" y="${pixel(y)}" text-anchor="${anchor}" ${more}>${safe}</text>`
}

/** A tenth of a pixel is enough. */
export function pixel(value: number): number {
  return Math.round(value * 10) / 10
}
