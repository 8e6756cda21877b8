/** Molecules as a family: training, folders, conformers, and what is refused. */
import { readerOf } from '../../../src/families/reader-of.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { train } from '../../../src/app/train.ts'
import { Scope } from '../../../src/engine/nn/parameters.ts'
import { gradients } from '../../../src/engine/graph/index.ts'
import { compile } from '../../../src/engine/runtime/program.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { createMolecules } from '../../../src/files/data/molecules.ts'
import { decodeModelFolder, encodeModelFolder } from '../../../src/files/io/model-folder.ts'
import { bucketSizes } from '../../../src/families/molecules/buckets.ts'
import { defaultMoleculeSpec } from '../../../src/families/molecules/defaults.ts'
import { moleculeFamily } from '../../../src/families/molecules/family.ts'
import { generateConformers } from '../../../src/families/molecules/generate.ts'
import type { MoleculeModel } from '../../../src/families/molecules/model.ts'
import { moleculeProblem } from '../../../src/families/molecules/problem.ts'
import { ethane, handed, molecule, small, water } from './small.ts'

const spec = defaultMoleculeSpec(small, { budget: { steps: 4 }, batch: 4, widths: [8, 6], depth: 2 })
let engine: Engine
let model: MoleculeModel
beforeAll(async () => {
  engine = await nodeEngine()
  for await (const event of train({ spec, dataset: small, engine, threads: 1 })) {
    if (event.type === 'checkpoint') model = event.model as MoleculeModel
  }
})

describe('batches', () => {
  const problem = moleculeProblem(spec, small)
  test('have no centre, empty places are zero, and errors count by dimensions', () => {
    const batch = problem.emptyBatch()
    problem.fill(batch, 3)
    const { x0, epsilon, atoms } = batch.feeds as Record<string, Float32Array>
    const width = atoms!.length / (4 * 8)
    for (let item = 0; item < 4; item++) {
      for (const array of [x0!, epsilon!]) {
        const sums = [0, 0, 0]
        for (let i = 0; i < 24; i++) {
          sums[i % 3]! += array[item * 24 + i]!
          const there = atoms![(item * 8 + Math.floor(i / 3)) * width] === 1
          if (!there) expect(array[item * 24 + i]).toBe(0)
        }
        for (const sum of sums) expect(sum).toBeCloseTo(0, 5)
      }
    }
  })

  test('are a function of the step', () => {
    const [one, other] = [problem.emptyBatch(), problem.emptyBatch()]
    problem.fill(one, 1)
    problem.fill(other, 5)
    problem.fill(other, 1)
    expect(other.feeds).toEqual(one.feeds)
  })
})

describe('sizes', () => {
  test('are rising, and the last has room for all', () => {
    expect(bucketSizes([3, 4, 8, 8, 3], 8, 3)).toEqual([3, 8])
    expect(bucketSizes([5], 5)).toEqual([5])
  })

  test('a graph with fewer places has the same loss and gradients', async () => {
    const problem = moleculeProblem(spec, createMolecules({ name: 'two', molecules: [water, ethane] }))
    const batch = problem.emptyBatch()
    const { layout } = Object.values(problem.parts)[0]!
    const scope = new Scope()
    const { loss, itemLoss } = problem.loss(scope, 4)
    const wanted = layout.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
    const outputs = {
      loss,
      itemLoss,
      ...Object.fromEntries(gradients(loss, wanted).map((g, i) => [`gradient:${layout.specs[i]!.name}`, g])),
    }
    using plain = await compile(outputs, engine, { threads: 1 })
    using sized = await problem.ownStep!.compile(4, 1, engine, { threads: 1 })
    const params = Object.fromEntries(
      [...layout.toMap(model.weights as Float32Array)].map(([name, { data }]) => [name, data]),
    )
    const into = (): Record<string, Float32Array> =>
      Object.fromEntries(
        [...plain.outputs].map(([name, { shape }]) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]),
      )
    const [expected, got] = [into(), into()]
    const bound = sized.bind({ ...batch.feeds, ...params }, got)
    for (const step of [0, 1, 2, 3]) {
      problem.fill(batch, step)
      await plain.run({ ...batch.feeds, ...params }, expected)
      await bound.run()
      for (const [name, values] of Object.entries(expected)) {
        values.forEach((value, i) =>
          expect(Math.abs(got[name]![i]! - value)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value))),
        )
      }
    }
    bound.dispose()
  })
})

describe('a model', () => {
  test('lies in a folder, and draws the same from it', async () => {
    const folder = decodeModelFolder(encodeModelFolder(await moleculeFamily.write(model)))
    const again = (await readerOf(moleculeFamily))(folder, {})
    expect(again.elements).toEqual([1, 6, 7, 8, 9])
    const wanted = [
      { molecule: water, count: 3 },
      { molecule: handed, count: 1 },
    ]
    const [one, other] = await Promise.all(
      [model, again].map((each) => generateConformers(each, engine, { wanted, threads: 1 })),
    )
    expect(other).toEqual(one)
    expect(one!.map((each) => each.length)).toEqual([3, 1])
    for (const x of one!.flat())
      for (const axis of [0, 1, 2]) {
        expect(x.reduce((sum, value, i) => sum + (i % 3 === axis ? value : 0), 0)).toBeCloseTo(0, 4)
      }
  })

  test('a conformer depends on its number and its molecule alone', async () => {
    const all = await generateConformers(model, engine, {
      wanted: [
        { molecule: ethane, count: 2 },
        { molecule: water, count: 3 },
      ],
      batch: 2,
      threads: 1,
    })
    const [alone] = await generateConformers(model, engine, { wanted: [{ molecule: water, count: 3 }], threads: 1 })
    alone!.forEach((x, k) => x.forEach((value, i) => expect(value).toBeCloseTo(all[1]![k]![i]!, 4)))
  })

  test('refuses elements that it has not seen, and larger molecules', async () => {
    const chlorine = molecule('hydrogen chloride', [1, 17], [[0, 1, 1]])
    const large = molecule(
      'large',
      Array.from({ length: 9 }, () => 1),
      [],
    )
    const drawn = (which: typeof water) =>
      generateConformers(model, engine, { wanted: [{ molecule: which, count: 1 }] })
    await expect(drawn(chlorine)).rejects.toThrow('hydrogen chloride: the model has not seen the elements 17')
    await expect(drawn(large)).rejects.toThrow('large: 9 atoms with hydrogens, and the model was trained on up to 8')
  })
})

test('molecules without positions are nothing to learn from', () => {
  const bare = createMolecules({ name: 'bare', molecules: [{ ...water, conformers: [] }] })
  expect(() => moleculeFamily.specOf(bare, {}, {})).toThrow('bare: no molecule has a conformer to learn from')
})

test('a model is trained further on elements that it knows only', async () => {
  const fluorine = createMolecules({ name: 'chlorine', molecules: [molecule('chlorine', [17, 17], [[0, 1, 1]])] })
  expect(() => moleculeFamily.further!(model, fluorine, {})).toThrow('does not know the elements 17')
  const options = await moleculeFamily.further!(model, small, {})
  expect((await moleculeFamily.specOf(small, options, {})).network).toEqual(spec.network)
})
