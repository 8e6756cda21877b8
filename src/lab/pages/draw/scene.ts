/** The matrix as one picture. */
import type { Scene, Shape } from '../../draw/scene.ts'
import { palettes } from '../../draw/colours.ts'
import { montage } from '../../model/picture.tsx'
import { theme } from '../../theme.ts'
import { words } from '../../words/draw.ts'
import { columnsOf } from './matrix.tsx'
import { type DrawSettings, rowsOf } from './settings.ts'
import type { Sweep } from './sweep.ts'

const head = { width: 120, height: 30 }
const gap = 12

/** Rows and columns with their names; drawings that are missing are left empty. */
export function matrixScene(settings: DrawSettings, sweep: Sweep): Scene {
  const palette = palettes[theme.value]
  const rows = rowsOf(settings)
  const tiles = rows.map((row) =>
    row.map((cell) => {
      const result = sweep.resultOf(cell, settings)
      const pictures = result !== undefined && 'drawn' in result ? result.drawn.pictures : []
      return pictures.length === 0 ? undefined : montage(pictures, columnsOf(pictures.length))
    }),
  )
  const all = tiles.flat().filter((tile) => tile !== undefined)
  const [wide, high] = [Math.max(1, ...all.map((t) => t.width)), Math.max(1, ...all.map((t) => t.height))]
  const scale = Math.max(1, Math.floor(200 / wide))
  const [w, h] = [wide * scale + gap, high * scale + gap]
  const heads = rows[0]?.map(({ steps }) => steps) ?? []
  const shapes: Shape[] = heads.map((steps, i) => ({
    kind: 'text',
    x: head.width + i * w,
    y: 20,
    text: words.stepsHead(steps),
    size: 13,
    fill: palette.text,
    bold: true,
  }))
  for (const [r, row] of rows.entries()) {
    const { sampler, w: strength } = row[0]!
    const y = head.height + r * h
    shapes.push({ kind: 'text', x: gap, y: y + 16, text: sampler, size: 13, fill: palette.text, bold: true })
    if (strength !== undefined) {
      shapes.push({ kind: 'text', x: gap, y: y + 34, text: words.guided(strength), size: 12, fill: palette.text })
    }
    for (const [c, pixels] of tiles[r]!.entries()) {
      if (pixels === undefined) continue
      const [width, height] = [pixels.width * scale, pixels.height * scale]
      shapes.push({ kind: 'image', x: head.width + c * w, y, width, height, pixels })
    }
  }
  return {
    width: head.width + heads.length * w,
    height: head.height + rows.length * h,
    background: palette.background,
    shapes,
  }
}
