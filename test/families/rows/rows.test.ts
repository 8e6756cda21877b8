/** Models of whole tables: training, folders, drawing, filled gaps, and what is refused. */
import { beforeAll, describe, expect, test } from 'vitest'
import { fit } from '../../../src/app/node/fit.ts'
import { openModel } from '../../../src/app/open.ts'
import { emptyRows } from '../../../src/diffusion/mixed/index.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { key, uniform } from '../../../src/engine/random/index.ts'
import { writeCsv } from '../../../src/files/data/formats/write-csv.ts'
import { holdOut } from '../../../src/files/data/hold-out.ts'
import { createTable, type TableDataset } from '../../../src/files/data/table.ts'
import { decodeModelFolder, encodeModelFolder } from '../../../src/files/io/model-folder.ts'
import type { Setting } from '../../../src/families/family.ts'
import { rowsFamily } from '../../../src/families/rows/family.ts'
import { decodeTable, encodeTable, rowsOf } from '../../../src/families/rows/encode.ts'
import { generateRows } from '../../../src/families/rows/generate.ts'
import { readGaps } from '../../../src/families/rows/gaps.ts'
import { rowsFolderOf, type RowsModel, rowsModelOf } from '../../../src/families/rows/model.ts'
import { planOf } from '../../../src/families/rows/plan.ts'

let engine: Engine
let model: RowsModel

const count = 600
/** p(colour, size): three colours, and two sizes that depend on them. */
const joint = [
  [0.3, 0.1],
  [0.05, 0.25],
  [0.15, 0.15],
]
const table = tableOf(count)

function tableOf(length: number): TableDataset {
  const draws = uniform(key('table'), new Float64Array(2 * length))
  const cells = Array.from({ length }, (_, row) => {
    let left = draws[row]!
    const all = joint.flatMap((shares, colour) => shares.map((share, size) => ({ share, colour, size })))
    return all.find(({ share }) => (left -= share) < 0) ?? all[0]!
  })
  const weight = cells.map(({ size }, row) => Math.round(10 * (size + draws[length + row]!)) + 1)
  return createTable({
    name: 'things',
    target: 'colour',
    columns: [
      {
        kind: 'category',
        name: 'colour',
        names: ['red', 'light, blue', 'green'],
        values: Int32Array.from(cells, ({ colour }) => colour),
      },
      {
        kind: 'number',
        name: 'weight',
        values: Float64Array.from(weight, (each, row) => (row % 10 === 3 ? Number.NaN : each)),
      },
      { kind: 'category', name: 'size', names: ['s', 'l'], values: Int32Array.from(cells, ({ size }) => size) },
      { kind: 'number', name: 'year', values: new Float64Array(length).fill(2024) },
    ],
  })
}

beforeAll(async () => {
  engine = await nodeEngine()
  const how = { engine, model: 'rows', steps: 500, batch: 128, widths: [32], depth: 2, rate: 5e-3, ema: 0.98 }
  model = await fit<RowsModel>(table, how)
}, 60_000)

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('a model that was trained on a law that is known', () => {
  test('draws the joint law of its categories, and its numbers on what the column has', async () => {
    const rows = await generateRows(model, engine, { rows: emptyRows(model.process, 2000), steps: 20, seed: 1 })
    const drawn = decodeTable(model.plan, rows, 'drawn')
    const [colour, weight, size, year] = drawn.columns
    const distance = joint.flatMap((shares, c) =>
      shares.map((share, s) => {
        const found = Array.from({ length: 2000 }, (_, row) => colour!.values[row] === c && size!.values[row] === s)
        return Math.abs(found.filter(Boolean).length / 2000 - share)
      }),
    )
    expect(distance.reduce((a, b) => a + b) / 2).toBeLessThan(0.1)
    const known = new Set(table.columns[1]!.values)
    expect(weight!.values.every((value) => known.has(value))).toBe(true)
    expect(new Set(year!.values)).toEqual(new Set([2024]))
  })

  test('draws what a class and given cells say', async () => {
    using painter = await openModel(model, { engine })
    const drawn = await painter.draw({ count: 200, class: 'light, blue', given: ['weight=2'], steps: 10 })
    const { header, rows } = drawn.table!()
    expect(header).toEqual(['colour', 'weight', 'size', 'year'])
    expect(new Set(rows.map(([colour, weight, , year]) => `${colour}|${weight}|${year}`))).toEqual(
      new Set(['light, blue|2|2024']),
    )
    expect(new Set(drawn.classes)).toEqual(new Set(['light, blue']))
    // a weight of 2 is a small size, almost always
    expect(rows.filter((cells) => cells[2] === 's').length).toBeGreaterThan(150)
    expect(writeCsv(drawn.table!()).split('\n')[1]).toMatch(/^"light, blue",2,[sl],2024$/)
    await expect(painter.draw({ given: ['weigth=2'] })).rejects.toThrow('there is no column weigth')
    await expect(painter.draw({ given: ['size=m'] })).rejects.toThrow('size was never that')
    await expect(painter.draw({ class: 'pink' })).rejects.toThrow('pink')
    await expect(painter.draw({ guidance: 1 })).rejects.toThrow('a class is a cell that is given')
  })

  test('fills gaps by the conditional law, several times, and changes nothing else', async () => {
    using painter = await openModel(model, { engine })
    const values = Float32Array.from({ length: 4 * 300 }, (_, i) => [Number.NaN, Number.NaN, 1, 2024][i % 4]!)
    const filled = await painter.restore(values, { count: 2, steps: 15 })
    expect(filled.shape).toEqual([2, 300, 4])
    const data = filled.array().data as Float32Array
    const shares = [0, 1, 2].map(
      (c) => Array.from({ length: 600 }, (_, row) => data[4 * row]).filter((each) => each === c).length / 600,
    )
    const right = joint.map(([, large]) => large! / 0.5)
    expect(shares.reduce((sum, share, c) => sum + Math.abs(share - right[c]!) / 2, 0)).toBeLessThan(0.12)
    expect(filled.table!().header![0]).toBe('draw')
    expect(filled.part(1, 1).table!().rows.length).toBe(300)
    const again = await painter.restore(values, { count: 2, steps: 15, batch: 77 })
    expect(again.table!()).toEqual(filled.table!())
  })

  test('is judged by rows and by the bound, beside what training rows reach', async () => {
    const { train, heldOut } = holdOut(table, 0.3)
    const access = { data: async () => ({ train, heldOut }) }
    const setting = { engine, access, own: {} } as unknown as Setting
    const judged = await rowsFamily.can.evaluate!(model, { count: 300, steps: 10 }, setting)
    const { detection, closest, utility } = judged.facts as any
    expect(detection.drawn).toBeLessThan(0.65)
    // most rows of so few values are copies, and as many of them of held-out rows
    expect(Math.abs(closest.closerToTraining - 0.5)).toBeLessThan(0.1)
    expect(utility.measure).toBe('accuracy')
    expect(Math.abs(utility.drawn - utility.training)).toBeLessThan(0.1)
    expect(judged.text).toContain('closer')
    const bound = await rowsFamily.can.evaluate!(model, { likelihood: true, terms: 20, likelihoodItems: 150 }, setting)
    const { nats, independent } = bound.facts as any
    // columns tell each other about half a nat: weight and size more than one
    expect(nats.value).toBeLessThan(independent.value - 0.3)
  })

  test('survives its folder', async () => {
    const again = rowsModelOf(decodeModelFolder(encodeModelFolder(rowsFolderOf(model))))
    expect(again.plan).toEqual(model.plan)
    expect(again.target).toBe('colour')
    expect(again.weights).toEqual(model.weights)
  })
})

describe('a table with gaps', () => {
  const text = 'size,colour,note,weight,year\ns,,"a, b",3,\nl,red,x,4.50,2024\n,,,,\n?,green,y,NA,2024\n'

  test('keeps every cell that is there, whole rows of gaps, and columns of its own', () => {
    const { rows, gaps, remarks, filled } = readGaps(model, bytes(text), 'gaps.csv')
    expect(rows).toEqual([0, 2, 3])
    expect(gaps).toBe(2 + 4 + 2)
    expect(remarks.join()).toContain('note')
    const cells = filled(emptyRows(model.process, 3))
    expect(cells.header).toEqual(['size', 'colour', 'note', 'weight', 'year'])
    expect(cells.rows[0]).toEqual(['s', 'red', 'a, b', '3', '2024'])
    expect(cells.rows[1]).toEqual(['l', 'red', 'x', '4.50', '2024'])
    expect(cells.rows[2]![2]).toBe('')
    expect(cells.rows[2]![0]).toBe('s')
    expect(cells.rows[3]!.slice(1, 3)).toEqual(['green', 'y'])
  })

  test.each([
    ['colour,weight,year\nred,3,2024\n', 'there is no column size'],
    ['size,colour,weight,year\nm,red,3,2024\n', 'line 2: size: "m" was not in the training data'],
    ['size,colour,weight,year\ns,red,heavy,2024\n', 'line 2: weight: "heavy" is no number'],
  ])('%j is refused', (table, why) => {
    expect(() => readGaps(model, bytes(table), 'gaps.csv')).toThrow(why)
  })

  test('unknown categories are kept and counted, if that is asked for', () => {
    const table = 'size,colour,weight,year\nm,,3,2024\n'
    const { remarks, filled } = readGaps(model, bytes(table), 'gaps.csv', 'keep')
    expect(remarks).toEqual(['size: 1 categories that training did not see, kept'])
    expect(filled(emptyRows(model.process, 1)).rows[0]![0]).toBe('m')
  })
})

test('a table comes back from its encoding, missing cells too', () => {
  const plan = planOf(table)
  const encoded = encodeTable(plan, table)
  const rows = rowsOf(model.process, encoded, Array.from(table.labels!.keys()), key('places'))
  const again = decodeTable(plan, rows, 'again')
  table.columns.forEach((column, c) => expect([...again.columns[c]!.values]).toEqual([...column.values]))
})

test('a table without anything to learn is refused', () => {
  const values = new Float64Array(20).fill(1)
  const constant = createTable({ name: 'constant', columns: [{ kind: 'number', name: 'a', values }] })
  expect(() => planOf(constant)).toThrow('every column has one value only')
})
