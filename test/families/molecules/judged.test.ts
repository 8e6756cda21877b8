/** Molecules drawn and judged by options: files, arrangements, figures, refusals. */
import { beforeAll, describe, expect, test } from 'vitest'
import { train } from '../../../src/app/train.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { createMolecules } from '../../../src/files/data/molecules.ts'
import { parseMolecules } from '../../../src/files/molecules/index.ts'
import type { Setting } from '../../../src/families/family.ts'
import { coverageOf } from '../../../src/families/molecules/coverage.ts'
import { defaultMoleculeSpec } from '../../../src/families/molecules/defaults.ts'
import { painter } from '../../../src/families/molecules/draw.ts'
import { encode, graphOf } from '../../../src/families/molecules/encode.ts'
import { pairFeatures } from '../../../src/families/molecules/graph/features.ts'
import { isAsSaid, sharedStereo, stereoOf } from '../../../src/families/molecules/graph/stereo.ts'
import { topologyOf } from '../../../src/families/molecules/graph/topology.ts'
import { evaluate } from '../../../src/families/molecules/judge.ts'
import type { MoleculeModel } from '../../../src/families/molecules/model.ts'
import { qualityOf } from '../../../src/families/molecules/quality.ts'
import { stereoOfSmiles } from '../../../src/families/molecules/stereo-of-smiles.ts'
import { moleculeOfSmiles } from '../../../src/files/molecules/smiles.ts'
import { diimide, ethane, handed, molecule, small, water } from './small.ts'

let engine: Engine
let model: MoleculeModel
beforeAll(async () => {
  engine = await nodeEngine()
  const spec = defaultMoleculeSpec(small, { budget: { steps: 2 }, batch: 4, widths: [8, 6], depth: 1 })
  for await (const event of train({ spec, dataset: small, engine, threads: 1 })) {
    if (event.type === 'checkpoint') model = event.model as MoleculeModel
  }
})

/** A setting with data by name. */
const settingWith = (data: Record<string, unknown>): Setting =>
  ({
    engine,
    own: {},
    access: {
      unseen: async (name: string) => data[name],
      data: async () => ({ train: small, heldOut: data['held out'] }),
    },
    onRemark: () => {},
  }) as unknown as Setting

const steps = 2

describe('drawing', () => {
  test('gives conformers of named molecules as a file that reads back', async () => {
    using drawing = painter(model, settingWith({}))
    const drawn = await drawing.draw({ molecules: [water, { ...ethane, conformers: [] }], count: 3, steps })
    expect([drawn.count, drawn.shape]).toEqual([6, [6, 8, 3]])
    const text = new TextDecoder().decode(drawn.formats!['.sdf']!.bytes(0, 6, {}))
    const { records } = await parseMolecules(text, 'sdf')
    expect(records.map(({ molecule }) => molecule.atoms.length)).toEqual([3, 3, 3, 8, 8, 8])
    const { data } = drawn.array()
    expect(records[1]!.molecule.conformers[0]![0]).toBeCloseTo(Number(data[24]), 3)
    expect(
      (drawn.how['molecules'] as { name: string; bondError?: number }[]).map(({ name, bondError }) => [
        name,
        bondError !== undefined,
      ]),
    ).toEqual([
      ['water', true],
      ['ethane', false],
    ])
    expect(drawn.texts!()).toHaveLength(6)
  })

  test('without a count there are twice as many as references, or ten', async () => {
    using drawing = painter(
      model,
      settingWith({ 'file.sdf': createMolecules({ name: 'file', molecules: [water, { ...ethane, conformers: [] }] }) }),
    )
    expect((await drawing.draw({ molecules: 'file.sdf', steps })).count).toBe(4 + 10)
  })

  test('says that molecules must be named', async () => {
    using drawing = painter(model, settingWith({ table: { kind: 'table' } }))
    await expect(drawing.draw({})).rejects.toThrow('draws conformers of given molecules: of which?')
    await expect(drawing.draw({ molecules: 'table' })).rejects.toThrow('holds table, where molecules are needed')
  })
})

describe('arrangements', () => {
  test('a SMILES says which hand and which side; what it does not say is open', async () => {
    const of = async (smiles: string) => {
      const made = await moleculeOfSmiles(smiles)
      return stereoOfSmiles(made, topologyOf(made))
    }
    const [left, right] = [await of('C[C@H](O)F'), await of('C[C@@H](O)F')]
    expect(left!.orientations).toHaveLength(1)
    expect(left!.orientations).not.toEqual(right!.orientations)
    expect((await of('F/C=C/F'))!.sides[0]!.side).toBe('trans')
    expect(await of('CC(O)F')).toBeUndefined()
  })

  test('only what all conformers share is asked for', () => {
    const topology = topologyOf(handed)
    const [x] = handed.conformers
    const mirrored = x!.map((value, i) => (i % 3 === 0 ? -value : value))
    expect(sharedStereo(topology, [x!, x!]).orientations).toHaveLength(1)
    expect(sharedStereo(topology, [x!, mirrored]).orientations).toHaveLength(0)
    expect(isAsSaid(stereoOf(topology, x!), x!)).toBe(true)
    expect(isAsSaid(stereoOf(topology, x!), mirrored)).toBe(false)
  })

  test('sides reach the features of the pairs that they are of', () => {
    const graph = graphOf(diimide)
    const out = { atoms: new Float32Array(4 * 14), pairs: new Float32Array(6 * pairFeatures) }
    const stereo = { orientations: [], sides: [{ atoms: [2, 0, 1, 3] as const, side: 'cis' as const }] }
    const pairsOf = (said: typeof stereo | undefined): Float32Array => {
      encode(graph, said, { places: 4, centres: 0, elements: [1, 7] }, out)
      return out.pairs.slice()
    }
    const [open, said] = [pairsOf(undefined), pairsOf(stereo)]
    const changed = Array.from(said.keys()).filter((i) => said[i] !== open[i])
    // atoms 2 and 3 are the last pair
    expect(changed.map((i) => Math.floor(i / pairFeatures))).toEqual([5])
  })
})

test('broken bonds and errors are counted', () => {
  const straight = Float32Array.of(0, 0, 0, 0.96, 0, 0, -0.96, 0, 0)
  const bent = Float32Array.of(0, 0, 0, 0.96, 0, 0, 0, 0.98, 0)
  const known = { ...water, conformers: [straight] }
  const quality = qualityOf(known, undefined, [bent, straight.map((x) => 3 * x)])
  expect(quality.broken).toBe(1)
  expect(quality.bondError).toBeCloseTo((0 + 0.02 + 1.92 + 1.92) / 4, 5)
  expect(quality.angleError).toBeCloseTo(45, 5)
})

describe('judging', () => {
  test('covers what it draws, and counts what is left out', async () => {
    const chlorine = molecule('chlorine', [17, 17], [[0, 1, 1]])
    const large = molecule(
      'large',
      Array.from({ length: 9 }, () => 1),
      [],
    )
    const bare = { ...water, conformers: [] }
    const coverage = await coverageOf(model, [water, ethane, chlorine, large, bare], engine, {
      thresholds: [1e6],
      times: model.sampling.times(2),
      threads: 1,
    })
    expect([coverage.molecules, coverage.references, coverage.conformers]).toEqual([2, 4, 8])
    expect(coverage.scores[0]!.scores.mean).toMatchObject({ covR: 1, covP: 1 })
    expect(coverage.leftOut).toEqual({
      'elements that the model has not seen': 1,
      'more atoms than in training': 1,
      'no reference conformers': 1,
    })
  })

  test('by held-out molecules, or with a warning by those of training', async () => {
    const held = await evaluate(
      model,
      { steps, heldOut: 'other' },
      settingWith({ other: createMolecules({ name: 'other', molecules: [water] }) }),
    )
    expect(held.facts).toMatchObject({ data: 'other', part: 'held-out', molecules: 1, conformers: 4 })
    expect(held.text).toContain('COV-R at 0.2 Å')
    const own = await evaluate(model, { steps, mostMolecules: 2, threshold: 1 }, settingWith({}))
    expect(own.remarks[0]).toContain('warning')
    expect(own.text).toContain('COV-P at 1 Å')
    await expect(evaluate(model, { count: 20 }, settingWith({}))).rejects.toThrow('twice as many conformers')
  })
})
