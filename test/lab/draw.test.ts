/** Figures as pictures: a plot becomes shapes, and shapes become SVG. */
import { describe, expect, it } from 'vitest'
import { palettes, rampAt } from '../../src/lab/draw/colours.ts'
import { layoutPictures, pixelsOf } from '../../src/lab/draw/pictures.ts'
import { frameOf, plotHeight, plotScene } from '../../src/lab/draw/plot.ts'
import type { Scene, Shape } from '../../src/lab/draw/scene.ts'
import { sceneSvg } from '../../src/lab/draw/svg.ts'
import { numberText, tickText, ticksOf } from '../../src/lab/draw/ticks.ts'
import { stacked, viewScene } from '../../src/lab/draw/words.ts'
import type { Mark, Plot } from '../../src/lab/learn/figure.ts'

const plotOf = (marks: readonly Mark[], more: Partial<Plot> = {}): Plot => ({
  kind: 'plot',
  x: { label: 'x', min: -2, max: 2 },
  y: { label: 'y', min: 0, max: 10 },
  marks,
  ...more,
})
const flat = (shapes: readonly Shape[]): Shape[] =>
  shapes.flatMap((shape) => ('shapes' in shape ? [shape, ...flat(shape.shapes)] : [shape]))
const svgOf = (plot: Plot): string => sceneSvg(viewScene(plot, 400, palettes.light))

describe('axes', () => {
  it('have round numbers', () => {
    expect(ticksOf({ label: '', min: 0, max: 1 }, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(ticksOf({ label: '', min: -2.1, max: 3.3 }, 5)).toEqual([-2, 0, 2])
    expect(ticksOf({ label: '', min: 1e-4, max: 1, scale: 'log' }, 5)).toEqual([1e-4, 1e-3, 0.01, 0.1, 1])
    expect(ticksOf({ label: '', min: 1, max: 20, scale: 'log' }, 5)).toEqual([1, 2, 5, 10, 20])
    expect(ticksOf({ label: '', min: 1, max: 1 }, 5)).toEqual([])
  })

  it('write them shortly', () => {
    expect([0, 0.25, -3, 1e-4, 12000, 2e7].map(tickText)).toEqual(['0', '0.25', '−3', '10⁻⁴', '12k', '2·10⁷'])
    expect([0.123456, -1234.5, 1e-7, NaN, Infinity].map(numberText)).toEqual(['0.123', '−1235', '1·10⁻⁷', '–', '∞'])
  })

  it('go from units to pixels and back', () => {
    const plot = plotOf([], { x: { label: '', min: 1, max: 100, scale: 'log' } })
    const frame = frameOf(plot, 400, 300)
    expect(frame.x(10)).toBeCloseTo(frame.left + frame.width / 2)
    expect(frame.atX(frame.x(37))).toBeCloseTo(37)
    expect(frame.y(10)).toBeCloseTo(frame.top)
    expect(frame.atY(frame.y(4))).toBeCloseTo(4)
  })

  it('have equal units where that is asked', () => {
    const plot = plotOf([], { equal: true, y: { label: '', min: -1, max: 1 } })
    const frame = frameOf(plot, 500, plotHeight(plot, 500))
    expect(frame.width / 4).toBeCloseTo(frame.height / 2, 1)
  })
})

describe('marks', () => {
  const [x, y] = [
    [-2, 0, 2],
    [0, 5, 10],
  ]

  it('stand where their numbers say', () => {
    const plot = plotOf([{ kind: 'points', x, y, ink: 'data' }])
    const frame = frameOf(plot, 400, 300)
    const scene = plotScene(plot, 400, 300, palettes.light)
    const discs = flat(scene.shapes).find((shape) => shape.kind === 'discs')!
    expect([...(discs as Shape & { kind: 'discs' }).points].map(Math.round)).toEqual(
      [0, 1, 2].flatMap((i) => [frame.x(x[i]!), frame.y(y[i]!)].map(Math.round)),
    )
  })

  it('all become SVG, each in its colour', () => {
    const svg = svgOf(
      plotOf([
        { kind: 'points', x, y, ink: 'data', label: 'a < b' },
        { kind: 'line', x, y, ink: 'model', dashed: true },
        { kind: 'area', x, y, ink: 'exact' },
        { kind: 'bars', x, y, ink: { series: 3 } },
        { kind: 'arrows', x, y, dx: [1, 1, 1], dy: [1, 1, 1], ink: 'noise' },
        { kind: 'rule', x: 1, ink: 'muted' },
        { kind: 'heat', values: [0, 1, 2, 3], columns: 2, rows: 2 },
      ]),
    )
    const { data, model, exact, series, noise, muted } = palettes.light
    for (const colour of [data, model, exact, series[3], noise, muted]) expect(svg).toContain(colour)
    expect(svg).toContain('a &lt; b')
    expect(svg).toContain('stroke-dasharray="6 4"')
    expect(svg).toContain('data:image/png;base64,')
    expect(svg).not.toContain('NaN')
  })

  it('that are not finite leave a gap in a line and no disc', () => {
    const gap = { x: [-1, 0, NaN, 1, 2], y: [1, 2, 3, 4, 5], ink: 'data' } as const
    const line = /<path d="(M[^"]*)" fill="none" stroke="#2563c9"/.exec(svgOf(plotOf([{ kind: 'line', ...gap }])))![1]!
    expect(line.match(/M/g)).toHaveLength(2)
    expect(svgOf(plotOf([{ kind: 'points', ...gap }])).match(/<circle/g)).toHaveLength(4)
  })

  it('are clipped to the axes', () => {
    const scene = plotScene(plotOf([{ kind: 'line', x: [-9, 9], y: [0, 0], ink: 'data' }]), 400, 300, palettes.light)
    const clip = scene.shapes.find((shape) => shape.kind === 'clip')!
    const { left, width } = frameOf(plotOf([]), 400, 300)
    expect(clip).toMatchObject({ x: left, width })
  })

  it('of heat lie row by row from the top', () => {
    const scene = plotScene(
      plotOf([{ kind: 'heat', values: [1, 0, 0, 0], columns: 2, rows: 2 }]),
      400,
      300,
      palettes.dark,
    )
    const image = flat(scene.shapes).find((shape) => shape.kind === 'image') as Shape & { kind: 'image' }
    const { density } = palettes.dark
    expect(Array.from(image.pixels.data.subarray(0, 3))).toEqual(rampAt(density, 1))
    expect(Array.from(image.pixels.data.subarray(4, 7))).toEqual(rampAt(density, 0))
  })
})

describe('pictures', () => {
  const item = { shape: [1, 2, 2] as const, data: [-1, 0, 1, 3] }

  it('are grey or coloured bytes', () => {
    expect([...pixelsOf(item).data]).toEqual([0, 128, 255, 255].flatMap((v) => [v, v, v, 255]))
    const colour = { shape: [3, 1, 1] as const, data: [1, -1, 0] }
    expect([...pixelsOf(colour).data]).toEqual([255, 0, 128, 255])
  })

  it('are whole pixels and fit the width', () => {
    const pictures = { kind: 'pictures', columns: 3, items: [item, item, item, item] } as const
    const { corners, scale } = layoutPictures(pictures, 300)
    expect(Number.isInteger(scale)).toBe(true)
    expect(corners[2]![0] + 2 * scale).toBeLessThanOrEqual(300)
    expect(corners[3]![1]).toBeGreaterThan(corners[0]![1] + 2 * scale)
  })
})

it('texts and tables are saved with the rest', () => {
  const scenes: Scene[] = [
    viewScene(
      { kind: 'tokens', rows: [{ pieces: [{ text: 'hi' }, { text: 'x', missing: true }] }] },
      300,
      palettes.light,
    ),
    viewScene({ kind: 'table', columns: ['n'], rows: [[0.5]] }, 300, palettes.light),
  ]
  const svg = sceneSvg(stacked(scenes, '#fff'))
  expect(svg).toContain('>hi</text>')
  expect(svg).not.toContain('>x</text>')
  expect(svg).toContain('>0.5</text>')
  expect(svg).toContain(`height="${scenes[0]!.height + scenes[1]!.height + 8}"`)
})
