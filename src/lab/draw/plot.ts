/** A plot as shapes: axes with round ticks, marks in order, a legend above. */
import type { Axis, Mark, Numbers, Plot } from '../learn/figure.ts'
import { type Palette, rampAt, shadeOf } from './colours.ts'
import type { Pixels, Scene, Shape } from './scene.ts'
import { tickText, ticksOf } from './ticks.ts'

/** From the plot's units to pixels, and back. */
export interface Frame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  x(value: number): number
  y(value: number): number
  atX(pixel: number): number
  atY(pixel: number): number
}

const textSize = 12
const charWidth = 6.4

/** How high a plot of this width is, in pixels, if nobody says: square planes are square. */
export function plotHeight(plot: Plot, width: number): number {
  const head = headOf(plot, width)
  if (plot.equal !== true) return Math.round(Math.min(340, Math.max(200, width * 0.58))) + head.height
  const { left, right, bottom } = margins(plot)
  const inner = Math.min(width - left - right, 440)
  return Math.round((inner * (plot.y.max - plot.y.min)) / (plot.x.max - plot.x.min)) + 8 + bottom + head.height
}

/** The place of the axes in a picture of `width` × `height`. */
export function frameOf(plot: Plot, width: number, height: number): Frame {
  const { left, right, bottom } = margins(plot)
  const top = 8 + headOf(plot, width).height
  let [w, h] = [Math.max(1, width - left - right), Math.max(1, height - top - bottom)]
  let [dx, dy] = [0, 0]
  if (plot.equal === true) {
    const unit = Math.min(w / (plot.x.max - plot.x.min), h / (plot.y.max - plot.y.min))
    const [usedW, usedH] = [unit * (plot.x.max - plot.x.min), unit * (plot.y.max - plot.y.min)]
    ;[dx, dy] = [(w - usedW) / 2, (h - usedH) / 2]
    ;[w, h] = [usedW, usedH]
  }
  const [xs, ys] = [scaleOf(plot.x), scaleOf(plot.y)]
  const [l, t] = [left + dx, top + dy]
  return {
    left: l,
    top: t,
    width: w,
    height: h,
    x: (value) => l + xs.share(value) * w,
    y: (value) => t + (1 - ys.share(value)) * h,
    atX: (pixel) => xs.at((pixel - l) / w),
    atY: (pixel) => ys.at(1 - (pixel - t) / h),
  }
}

function scaleOf({ min, max, scale }: Axis): { share(value: number): number; at(share: number): number } {
  if (scale !== 'log') {
    return { share: (value) => (value - min) / (max - min), at: (share) => min + share * (max - min) }
  }
  const [low, high] = [Math.log(min), Math.log(max)]
  return {
    share: (value) => (Math.log(value) - low) / (high - low),
    at: (share) => Math.exp(low + share * (high - low)),
  }
}

function margins({ x, y }: Plot): { left: number; right: number; bottom: number } {
  const widest = y.bare === true ? 0 : Math.max(0, ...ticksOf(y, 5).map((tick) => tickText(tick).length))
  return {
    left: y.bare === true ? 8 : 14 + widest * charWidth + (y.label === '' ? 0 : 18),
    right: x.bare === true ? 8 : 14,
    bottom: x.bare === true ? 8 : 24 + (x.label === '' ? 0 : 18),
  }
}

interface Head {
  readonly height: number
  readonly entries: readonly { readonly mark: Mark; readonly label: string; readonly x: number; readonly row: number }[]
}

/** Title and legend: labels side by side in as many rows as they need. */
function headOf({ title, marks }: Plot, width: number): Head {
  let [x, row] = [0, 0]
  const entries = marks.flatMap((mark) => {
    const label = 'label' in mark ? mark.label : undefined
    if (label === undefined) return []
    const wide = 34 + label.length * charWidth
    if (x > 0 && x + wide > width - 16) [x, row] = [0, row + 1]
    const entry = { mark, label, x: x + 8, row }
    x += wide
    return [entry]
  })
  return { height: (title === undefined ? 0 : 24) + (entries.length === 0 ? 0 : (row + 1) * 19 + 3), entries }
}

/** The plot in pixels. */
export function plotScene(plot: Plot, width: number, height: number, palette: Palette): Scene {
  const frame = frameOf(plot, width, height)
  const { left, top, width: w, height: h } = frame
  const inside = plot.marks.flatMap((mark) => shapesOf(mark, frame, palette))
  return {
    width,
    height,
    background: palette.background,
    shapes: [
      ...grid(plot, frame, palette),
      { kind: 'clip', x: left, y: top, width: w, height: h, shapes: inside },
      ...axes(plot, frame, palette, width),
      ...legend(plot, width, palette),
    ],
  }
}

function grid({ x, y }: Plot, { left, top, width, height, ...frame }: Frame, palette: Palette): Shape[] {
  const lines: number[] = []
  if (x.bare !== true) {
    for (const tick of ticksOf(x, Math.max(3, width / 70))) lines.push(frame.x(tick), top, frame.x(tick), top + height)
  }
  if (y.bare !== true) {
    for (const tick of ticksOf(y, Math.max(3, height / 50)))
      lines.push(left, frame.y(tick), left + width, frame.y(tick))
  }
  return [{ kind: 'segments', points: Float32Array.from(lines), stroke: palette.grid, width: 1 }]
}

function axes({ x, y, equal }: Plot, frame: Frame, palette: Palette, outer: number): Shape[] {
  const { left, top, width, height } = frame
  const shapes: Shape[] = []
  const text = (x: number, y: number, text: string, more: object = {}): void =>
    void shapes.push({ kind: 'text', x, y, text, size: textSize, fill: palette.text, anchor: 'middle', ...more })
  if (x.bare !== true) {
    for (const tick of ticksOf(x, Math.max(3, width / 70))) text(frame.x(tick), top + height + 17, tickText(tick))
    if (x.label !== '') text(left + width / 2, top + height + 36, x.label)
  }
  if (y.bare !== true) {
    for (const tick of ticksOf(y, Math.max(3, height / 50)))
      text(left - 7, frame.y(tick) + 4, tickText(tick), { anchor: 'end' })
    const at = equal === true ? left - 42 : 14
    if (y.label !== '') text(Math.max(14, at), top + height / 2, y.label, { turn: -90 })
  }
  const corners = [left, top, left, top + height, left + width, top + height]
  const boxed = x.bare === true && y.bare === true
  const points = boxed ? [...corners, left + width, top, left, top] : corners
  shapes.push({ kind: 'path', points: Float32Array.from(points), stroke: palette.axis, width: 1 })
  return outer > 0 ? shapes : []
}

function legend(plot: Plot, width: number, palette: Palette): Shape[] {
  const shapes: Shape[] = []
  const { title } = plot
  if (title !== undefined) {
    shapes.push({ kind: 'text', x: 8, y: 17, text: title, size: 13, fill: palette.text, bold: true })
  }
  for (const { mark, label, x, row } of headOf(plot, width).entries) {
    const y = (title === undefined ? 0 : 24) + row * 19 + 11
    shapes.push(...sample(mark, x, y, palette))
    shapes.push({ kind: 'text', x: x + 22, y: y + 4, text: label, size: textSize, fill: palette.text })
  }
  return shapes
}

/** The sign of a mark in the legend. */
function sample(mark: Mark, x: number, y: number, palette: Palette): Shape[] {
  if (mark.kind === 'heat') return []
  const shade = shadeOf(mark.ink, palette)
  if (mark.kind === 'points') {
    return [
      { kind: 'discs', points: Float32Array.of(x + 9, y), radius: Math.min(5, (mark.radius ?? 2) + 1.5), fill: shade },
    ]
  }
  if (mark.kind === 'area' || mark.kind === 'bars') {
    return [
      {
        kind: 'rect',
        x: x + 1,
        y: y - 5,
        width: 16,
        height: 10,
        fill: shade,
        opacity: mark.kind === 'area' ? 0.35 : 0.85,
      },
    ]
  }
  const dash = 'dashed' in mark && mark.dashed === true ? { dash: [5, 4] } : {}
  const line: Shape = { kind: 'path', points: Float32Array.of(x, y, x + 18, y), stroke: shade, width: 2, ...dash }
  if (mark.kind !== 'arrows') return [line]
  return [
    line,
    { kind: 'path', points: Float32Array.of(x + 13, y - 4, x + 18, y, x + 13, y + 4), stroke: shade, width: 2 },
  ]
}

function pairs(x: Numbers, y: Numbers, { x: toX, y: toY }: Frame): Float32Array {
  const points = new Float32Array(Math.min(x.length, y.length) * 2)
  for (let i = 0; i < points.length / 2; i++) {
    points[2 * i] = toX(x[i]!)
    points[2 * i + 1] = toY(y[i]!)
  }
  return points
}

function shapesOf(mark: Mark, frame: Frame, palette: Palette): Shape[] {
  if (mark.kind === 'heat') return [heat(mark, frame, palette)]
  const shade = shadeOf(mark.ink, palette)
  switch (mark.kind) {
    case 'points': {
      const opacity = mark.opacity ?? 0.8
      return [{ kind: 'discs', points: pairs(mark.x, mark.y, frame), radius: mark.radius ?? 2, fill: shade, opacity }]
    }
    case 'line': {
      const dash = mark.dashed === true ? { dash: [6, 4] } : {}
      const [width, opacity] = [mark.width ?? 2, mark.opacity ?? 1]
      return [{ kind: 'path', points: pairs(mark.x, mark.y, frame), stroke: shade, width, opacity, ...dash }]
    }
    case 'area':
      return area(mark, frame, shade)
    case 'bars':
      return bars(mark, frame, shade)
    case 'arrows':
      return [{ kind: 'segments', points: arrows(mark, frame), stroke: shade, width: 1.3 }]
    case 'rule': {
      const { left, top, width, height } = frame
      const across = mark.y === undefined ? [] : [left, frame.y(mark.y), left + width, frame.y(mark.y)]
      const up = mark.x === undefined ? [] : [frame.x(mark.x), top, frame.x(mark.x), top + height]
      const dash = mark.dashed === true ? { dash: [6, 4] } : {}
      return [across, up]
        .filter((line) => line.length > 0)
        .map((line) => ({ kind: 'path', points: Float32Array.from(line), stroke: shade, width: 1.5, ...dash }))
    }
  }
}

function area(mark: Mark & { kind: 'area' }, frame: Frame, shade: string): Shape[] {
  const above = pairs(mark.x, mark.y, frame)
  const zero = Float64Array.from(mark.x, (_, i) => mark.from?.[i] ?? 0)
  const below = pairs(mark.x, zero, frame)
  const points = new Float32Array(above.length + below.length)
  points.set(above)
  for (let i = 0; i < below.length / 2; i++) {
    points.set(below.subarray(below.length - 2 * i - 2, below.length - 2 * i), above.length + 2 * i)
  }
  return [
    { kind: 'path', points, fill: shade, opacity: 0.25 },
    { kind: 'path', points: above, stroke: shade, width: 1.5 },
  ]
}

function bars({ x, y, width }: Mark & { kind: 'bars' }, frame: Frame, shade: string): Shape[] {
  const wide = width ?? (x.length > 1 ? Math.abs(x[1]! - x[0]!) * 0.85 : 1)
  return Array.from({ length: Math.min(x.length, y.length) }, (_, i) => {
    const [from, to] = [frame.x(x[i]! - wide / 2), frame.x(x[i]! + wide / 2)]
    const [zero, top] = [Math.min(frame.top + frame.height, frame.y(0) || Infinity), frame.y(y[i]!)]
    const height = Math.abs(zero - top)
    return { kind: 'rect', x: from, y: Math.min(zero, top), width: to - from, height, fill: shade, opacity: 0.85 }
  })
}

/** Shafts and heads as separate lines; an arrow too short to see has no head. */
function arrows({ x, y, dx, dy }: Mark & { kind: 'arrows' }, frame: Frame): Float32Array {
  const lines: number[] = []
  for (let i = 0; i < x.length; i++) {
    const [fromX, fromY] = [frame.x(x[i]!), frame.y(y[i]!)]
    const [toX, toY] = [frame.x(x[i]! + dx[i]!), frame.y(y[i]! + dy[i]!)]
    const length = Math.hypot(toX - fromX, toY - fromY)
    if (!(length > 0.3)) continue
    lines.push(fromX, fromY, toX, toY)
    const head = Math.min(5, length * 0.4)
    const [ux, uy] = [((toX - fromX) / length) * head, ((toY - fromY) / length) * head]
    lines.push(toX, toY, toX - ux + uy * 0.6, toY - uy - ux * 0.6)
    lines.push(toX, toY, toX - ux - uy * 0.6, toY - uy + ux * 0.6)
  }
  return Float32Array.from(lines)
}

function heat(
  { values, columns, rows, range, palette: name = 'density' }: Mark & { kind: 'heat' },
  frame: Frame,
  palette: Palette,
): Shape {
  let [low, high] = range ?? [Infinity, -Infinity]
  if (range === undefined) {
    for (let i = 0; i < columns * rows; i++) [low, high] = [Math.min(low, values[i]!), Math.max(high, values[i]!)]
  }
  const { left, top, width, height } = frame
  const share = (i: number): number => (high > low ? (values[i]! - low) / (high - low) : 0)
  return { kind: 'image', x: left, y: top, width, height, pixels: rampPixels(columns, rows, palette[name], share) }
}

/** A grid of cells, each with the colour of its share. */
function rampPixels(width: number, height: number, ramp: Palette['density'], share: (i: number) => number): Pixels {
  const data = new Uint8ClampedArray(width * height * 4)
  for (let i = 0; i < width * height; i++) {
    const [red, green, blue] = rampAt(ramp, share(i))
    data[4 * i] = red
    data[4 * i + 1] = green
    data[4 * i + 2] = blue
    data[4 * i + 3] = 255
  }
  return { width, height, data }
}
