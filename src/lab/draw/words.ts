/** Texts and tables as shapes, for figures that are saved; on the page they are text. */
import type { Table, Tokens, View } from '../learn/figure.ts'
import type { Palette } from './colours.ts'
import { picturesScene } from './pictures.ts'
import { plotHeight, plotScene } from './plot.ts'
import type { Scene, Shape } from './scene.ts'
import { numberText } from './ticks.ts'

const [charWidth, lineHeight] = [7.4, 22]

/** Any view in pixels. */
export function viewScene(view: View, width: number, palette: Palette): Scene {
  switch (view.kind) {
    case 'plot':
      return plotScene(view, width, plotHeight(view, width), palette)
    case 'pictures':
      return picturesScene(view, width, palette)
    case 'tokens':
      return tokensScene(view, width, palette)
    case 'table':
      return tableScene(view, width, palette)
  }
}

/** Scenes below one another. */
export function stacked(scenes: readonly Scene[], background: string): Scene {
  let y = 0
  const shapes = scenes.map((scene): Shape => {
    const moved: Shape = { kind: 'move', x: 0, y, shapes: scene.shapes }
    y += scene.height + 8
    return moved
  })
  return { width: Math.max(1, ...scenes.map(({ width }) => width)), height: Math.max(1, y - 8), background, shapes }
}

function titled(title: string | undefined, { text }: Palette): { readonly shapes: Shape[]; readonly top: number } {
  if (title === undefined) return { shapes: [], top: 8 }
  return { shapes: [{ kind: 'text', x: 8, y: 17, text: title, size: 13, fill: text, bold: true }], top: 28 }
}

/** Pieces side by side, broken at the width; shades behind them. */
export function tokensScene({ title, rows }: Tokens, width: number, palette: Palette): Scene {
  const { shapes, top } = titled(title, palette)
  let y = top
  for (const { label, pieces } of rows) {
    let x = 8
    if (label !== undefined) {
      shapes.push({ kind: 'text', x, y: y + 15, text: label, size: 12, fill: palette.noise })
      x += label.length * charWidth + 12
    }
    for (const { text, shade = 0, missing = false } of pieces) {
      const shown = missing ? '▁' : text
      const wide = shown.length * charWidth + 4
      if (x > 8 && x + wide > width - 8) [x, y] = [8, y + lineHeight]
      if (shade > 0) {
        const opacity = Math.min(1, shade) * 0.6
        shapes.push({ kind: 'rect', x, y: y + 1, width: wide - 2, height: lineHeight - 4, fill: palette.data, opacity })
      }
      const fill = missing ? palette.muted : palette.text
      shapes.push({ kind: 'text', x: x + 2, y: y + 15, text: shown, size: 13, fill })
      x += wide
    }
    y += lineHeight + 4
  }
  return { width, height: y + 4, background: palette.background, shapes }
}

/** Columns as wide as their widest cell. */
export function tableScene({ title, columns, rows }: Table, width: number, palette: Palette): Scene {
  const { shapes, top } = titled(title, palette)
  const cells = [columns, ...rows].map((row) => row.map((cell) => (typeof cell === 'number' ? numberText(cell) : cell)))
  const widths = columns.map((_, c) => 16 + Math.max(...cells.map((row) => (row[c] ?? '').length)) * charWidth)
  for (const [r, row] of cells.entries()) {
    let x = 8
    for (const [c, cell] of row.entries()) {
      shapes.push({
        kind: 'text',
        x,
        y: top + r * lineHeight + 15,
        text: cell,
        size: 12,
        fill: palette.text,
        bold: r === 0,
      })
      x += widths[c] ?? 0
    }
    const line = top + r * lineHeight + lineHeight - 1
    shapes.push({
      kind: 'segments',
      points: Float32Array.of(8, line, Math.max(x, 16), line),
      stroke: palette.grid,
      width: 1,
    })
  }
  const needed = widths.reduce((sum, each) => sum + each, 16)
  return {
    width: Math.max(width, needed),
    height: top + cells.length * lineHeight + 8,
    background: palette.background,
    shapes,
  }
}
