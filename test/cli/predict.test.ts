/** Classes of the rows of a table, on the command line. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseNpy } from '../../src/files/data/formats/npy.ts'
import { linesIn } from './support.ts'
import { temporaryFolder } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const tweedie = linesIn(folder)

/** Two numbers, and the class that the sign of the first is. */
const rows = Array.from({ length: 60 }, (_, i) => {
  const x = Math.sin(7 * i)
  return `${x.toFixed(3)},${Math.cos(3 * i).toFixed(3)},${x > 0 ? 'up' : 'down'}`
})

beforeAll(async () => {
  writeFileSync(at('table.csv'), `x,y,kind\n${rows.join('\n')}\n`)
  writeFileSync(at('new.csv'), 'x,y\n0.9,0\n-0.9,0\n0.8,0.5\n')
  const small = '--predictor-widths 8 --widths 8 --depth 1 --batch 16 --steps 20'
  const line = `train FOLDER/table.csv --target kind --no-cross-fit ${small} -o FOLDER/run -q`
  expect(await tweedie(line)).toMatchObject({ status: 0, stderr: '' })
})

type Answer = Readonly<Record<string, unknown>>

describe('classes', () => {
  test('are answered with probabilities, as JSON', async () => {
    const { status, stdout } = await tweedie('predict FOLDER/run FOLDER/new.csv --draws 50 --steps 4 --json')
    expect(status).toBe(0)
    const said = JSON.parse(stdout) as Answer & { readonly answers: readonly Answer[] }
    expect(said).toMatchObject({ rows: 3, draws: 50, target: 'kind', steps: 4, files: [], remarks: [] })
    expect(said.answers.map((answer) => answer['kind_predicted'])).toEqual(['up', 'down', 'up'])
    for (const answer of said.answers) {
      const [up, down] = [Number(answer['kind=up']), Number(answer['kind=down'])]
      expect(up + down).toBeCloseTo(1, 5)
      expect(answer['kind_probability']).toBe(Math.max(up, down))
    }
  })

  test('have draws of their own, written as an array', async () => {
    const line = 'predict FOLDER/run FOLDER/new.csv --draws 20 --steps 4 --samples FOLDER/draws.npy -q'
    expect(await tweedie(line)).toMatchObject({ status: 0, stderr: '' })
    const { shape, data } = parseNpy(readFileSync(at('draws.npy')))
    expect(shape).toEqual([3, 20, 2])
    // the classes in their order, down and up: each draw lies at the unit vector of one of them
    const ups = Array.from({ length: 3 }, (_, row) =>
      Array.from({ length: 20 }, (__, draw) => {
        const [down, up] = data.subarray(2 * (20 * row + draw), 2 * (20 * row + draw) + 2)
        return Number(up) > Number(down)
      }),
    )
    expect(ups.map((each) => each.filter(Boolean).length > 10)).toEqual([true, false, true])
    expect(new Set(Array.from(data, Number)).size).toBe(120)
  })
})

test('one predictor is fitted where five are not wanted', () => {
  const { spec } = JSON.parse(readFileSync(at('run/train.json'), 'utf8')) as {
    readonly spec: { readonly predictor: { readonly crossFit: boolean } }
  }
  expect(spec.predictor.crossFit).toBe(false)
})
