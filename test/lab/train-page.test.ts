/** What the page “Train” computes by itself: choices in the address, the exact score, curves, views. */
import { describe, expect, it } from 'vitest'
import { smoothed, lossPlot, noisePlots } from '../../src/lab/parts/curves.ts'
import {
  codeOf,
  commandOf,
  csvOf,
  fromQuery,
  initialChoices,
  optionsOf,
  paper,
  pictures,
  pointsIn,
  toQuery,
} from '../../src/lab/pages/train/choices.ts'
import { columnsOf, exactScore } from '../../src/lab/pages/train/exact-score.ts'
import { boundsOf, gridOf, gridSide, viewOf } from '../../src/lab/pages/train/look.ts'
import { text } from '../../src/lab/pages/train/text.ts'
import { preparingInMemory } from '../../src/app/prepare.ts'
import { specificationOf } from '../../src/app/specification.ts'
import { builtinDataset } from '../../src/files/data/builtin/index.ts'
import { isBuiltinName } from '../../src/files/data/builtin/names.ts'
import { hrefOf, parseRoute } from '../../src/lab/route.ts'

describe('choices', () => {
  it('come back from an address', () => {
    const cells = paper.initial.map((_, i) => (i % 7 === 0 ? 1 : 0))
    const choices = {
      ...initialChoices,
      data: 'drawn',
      steps: 1234,
      rate: 0.0007,
      objective: 'edm',
      keep: 'best' as const,
      size: 32,
      label: 'a b',
      cells,
    }
    expect(fromQuery(parseRoute(hrefOf(['train'], toQuery(choices))).query)).toEqual({ choices, problems: [] })
    expect(toQuery(initialChoices)).toEqual({})
  })

  it('that make no sense are said, one by one, and left out', () => {
    const query = new Map(
      Object.entries({ steps: '1.5', data: 'cats', rate: '0', seed: '7', colour: 'red', run: 'a', t: '2' }),
    )
    const { choices, problems } = fromQuery(query)
    expect(choices).toEqual({ ...initialChoices, seed: 7 })
    expect(problems).toHaveLength(4)
  })

  it('are the same as options, as code and as a command', () => {
    expect(optionsOf(initialChoices)).toEqual({
      preset: 'light',
      steps: 600,
      rate: 0.003,
      seed: 0,
    })
    expect(codeOf(initialChoices, false)).toContain("preset: 'light',")
    expect(commandOf({ ...initialChoices, keep: 'best' })).toContain(' --keep-best --seed 0')
    expect(commandOf({ ...initialChoices, objective: 'epsilon' })).toBe(
      'npx tweedie train moons --out runs/mine --preset light --parametrisation epsilon --steps 600 --rate 0.003 --seed 0',
    )
    const files = { ...initialChoices, data: 'files', size: 32, label: 'the kind' }
    expect(commandOf(files)).toContain(`train ./my-data --out runs/mine --size 32 --label-column 'the kind' --preset`)
    expect(codeOf(files, true)).toContain("labelColumn: 'the kind',")
    expect(commandOf({ ...initialChoices, data: 'glyphs' })).toContain(
      `train glyphs --out runs/mine --items ${pictures}`,
    )
  })

  it('are sets and objectives that training knows', async () => {
    const own = ['drawn', 'files']
    const sets = Object.keys(text.builtIn).filter((name) => !own.includes(name))
    expect(sets.filter((name) => !isBuiltinName(name))).toEqual([])
    const preparing = preparingInMemory({ engine: undefined as never, own: {}, onRemark: () => undefined })
    const data = builtinDataset('moons', { length: 10 })
    for (const objective of Object.keys(text.objectives)) {
      const { steps, ...options } = optionsOf({ ...initialChoices, objective })
      const { spec } = await specificationOf(data, { ...options, steps }, preparing, [])
      expect(spec.budget).toEqual({ steps: 600 })
    }
  })
})

describe('drawn points', () => {
  it('are the same numbers in a table', () => {
    const points = pointsIn(
      paper.initial.map((_, i) => (i === 40 ? 1 : 0)),
      20,
    )
    const [head, ...rows] = csvOf(points).trim().split('\n')
    expect(head).toBe('x,y')
    expect(rows.map((row) => row.split(',').map(Number))).toEqual(points)
  })

  it('lie in the painted cells, the same every time', () => {
    const cells = paper.initial.map((_, i) => (i === 0 || i === 33 ? 1 : 0))
    const points = pointsIn(cells, 500)
    expect(points).toEqual(pointsIn(cells, 500))
    const cell = 4 / paper.width
    for (const [x, y] of points) {
      const [column, row] = [Math.floor((x! + 2) / cell), Math.floor((2 - y!) / cell)]
      expect([0, 33]).toContain(row * paper.width + column)
    }
    const first = points.filter(([x]) => x! < -2 + cell).length
    expect(first).toBeGreaterThan(180)
    expect(first).toBeLessThan(320)
    expect(pointsIn(paper.initial)).toEqual([])
  })
})

describe('the exact score', () => {
  const noise = { mean: [0.5, -1], deviation: [2, 0.5], alpha: 0.8, sigma: 0.6 } as const

  it('of one item is that of its Gaussian', () => {
    const items = Float32Array.of(1, 2)
    const [x, y] = exactScore(Float32Array.of(0.3, 0.7), { items, ...noise })
    const [mx, my] = [0.5 + 0.8 * 0.5, -1 + 0.8 * 3]
    expect(x).toBeCloseTo((mx - 0.3) / (0.6 * 2) ** 2, 5)
    expect(y).toBeCloseTo((my - 0.7) / (0.6 * 0.5) ** 2, 4)
  })

  it('of several is the slope of their log density', () => {
    const items = Float32Array.of(0, 0, 3, -1.2, -2, -0.8)
    const logDensity = (px: number, py: number): number => {
      let sum = 0
      for (let i = 0; i < 3; i++) {
        const dx = (px - (0.5 + 0.8 * (items[2 * i]! - 0.5))) / (0.6 * 2)
        const dy = (py - (-1 + 0.8 * (items[2 * i + 1]! + 1))) / (0.6 * 0.5)
        sum += Math.exp(-0.5 * (dx * dx + dy * dy))
      }
      return Math.log(sum)
    }
    const h = 1e-4
    for (const [px, py] of [
      [0, 0],
      [1.5, -1],
      [-3, 2],
    ] as const) {
      const [x, y] = exactScore(Float32Array.of(px, py), { items, ...noise })
      const slopes = [
        (logDensity(px + h, py) - logDensity(px - h, py)) / (2 * h),
        (logDensity(px, py + h) - logDensity(px, py - h)) / (2 * h),
      ]
      expect(x).toBeCloseTo(slopes[0]!, 3)
      expect(y).toBeCloseTo(slopes[1]!, 3)
    }
    // Far away, where every density is 0 in floating point, it is still a number.
    expect(exactScore(Float32Array.of(1e4, 1e4), { items, ...noise }).every(Number.isFinite)).toBe(true)
  })

  it('is of standardised columns', () => {
    expect(columnsOf(Float32Array.of(1, 5, 3, 5))).toEqual({ mean: [2, 5], deviation: [1, 1] })
  })
})

describe('what is seen', () => {
  it('of points has a square around the data, and a grid in it', () => {
    const { x, y } = boundsOf(Float32Array.of(0, 0, 4, 1))
    expect(x[1] - x[0]).toBeCloseTo(y[1] - y[0])
    expect(x[0]).toBeLessThan(0)
    const grid = gridOf({ x, y })
    expect(grid).toHaveLength(2 * gridSide ** 2)
    expect(Math.min(...grid.filter((_, i) => i % 2 === 0))).toBeGreaterThan(x[0])
  })

  it('follows the kind of the data and the choice', () => {
    const samples = Float32Array.of(0, 0, 1, 1)
    const look = { step: 1, shape: [2], samples, frames: [samples, samples] }
    const data = Float32Array.of(0, 1)
    expect(viewOf('a', look, 'samples', data, undefined)).toMatchObject({ kind: 'plot', title: 'Samples of a' })
    expect(viewOf('a', look, 'paths', data, undefined)).toMatchObject({ title: 'From noise to data: a' })
    // A score that was not computed yet cannot be shown.
    expect(viewOf('a', look, 'field', data, undefined)).toMatchObject({ title: 'Samples of a' })
    const images = { ...look, shape: [1, 1, 2] }
    expect(viewOf('a', images, 'samples', data, undefined)).toMatchObject({ kind: 'pictures', items: [{}, {}] })
    expect(viewOf('a', { ...look, shape: [3] }, 'samples', data, undefined)).toBeUndefined()
  })

  it('of losses is smoothed without a bias at the start', () => {
    expect(smoothed([2, 2, 2], 0.9).every((value) => Math.abs(value - 2) < 1e-12)).toBe(true)
    expect(smoothed([1, 3], 0.5)[1]).toBeCloseTo((0.25 * 1 + 0.5 * 3) / 0.75)
    expect(smoothed([1, NaN, 3], 0)).toEqual([1, NaN, 3])
  })

  it('of losses by noise is the mean of the last lines, and nothing where there is no noise', () => {
    const line = { step: 1, loss: 1, seconds: 1 }
    const curve = (lossByNoise: (number | null)[]) => [
      {
        name: 'a',
        series: 0,
        lines: [
          { ...line, lossByNoise },
          { ...line, lossByNoise: [3, null] },
        ],
      },
    ]
    const [plot] = noisePlots(curve([1, 5]), 'x')
    expect(plot!.marks[0]).toMatchObject({ x: [0.25, 0.75], y: [2, 5] })
    expect(noisePlots(curve([null, null]), 'x')).toEqual([])
    const look = { over: 'step', log: true, smooth: 0 } as const
    const words = { loss: 'x', heldOut: (run: string) => `${run}, unseen` }
    expect(lossPlot(curve([1, 1]), look, words).y.min).toBeGreaterThan(0)
    const judged = { ...line, lossByNoise: [1], heldOut: 4 }
    const { marks, y } = lossPlot(
      [{ name: 'a', series: 0, lines: [{ ...line, lossByNoise: [1] }, judged] }],
      look,
      words,
    )
    expect(marks.at(-1)).toMatchObject({ x: [1], y: [4], dashed: true, label: 'a, unseen' })
    expect(y.max).toBeGreaterThan(4)
  })
})
