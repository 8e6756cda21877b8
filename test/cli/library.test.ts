/** The library as its users import it. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import * as tweedie from '../../src/index.ts'
import { temporaryFolder } from './tweedie.ts'

const folder = temporaryFolder()

test('data, training, a folder, samples', async () => {
  const { data, defaultSpec, folderOf, generate, modelOf, nodeEngine, readModelFolder, train, writeModelFolder } =
    tweedie
  const dataset = data.builtinDataset('moons', { length: 64 })
  const engine = await nodeEngine()
  const spec = defaultSpec({ ...dataset, classes: 2 }, { budget: { steps: 5 }, batch: 8, unet: { widths: [8] } })
  for await (const event of train({ spec, dataset, engine })) {
    if (event.type === 'checkpoint') await writeModelFolder(folder, folderOf(event.model))
  }
  const model = modelOf(await readModelFolder(folder))
  const { items, shape, labels } = await generate(model, engine, { count: 6, seed: 1, labels: [0, 0, 0, 1, 1, 1] })
  expect(shape).toEqual([6, 2])
  expect([...labels!]).toEqual([0, 0, 0, 1, 1, 1])
  expect(items.every(Number.isFinite)).toBe(true)
  await expect(generate(model, engine, { count: 0 })).rejects.toMatchObject({ code: 'usage' })
})

test('a loop that is left in the middle gives everything back', async () => {
  const dataset = tweedie.data.builtinDataset('moons', { length: 64 })
  const spec = tweedie.defaultSpec({ ...dataset, classes: 2 }, { budget: { steps: 5 }, unet: { widths: [8] } })
  const events = tweedie.train({ spec, dataset, engine: await tweedie.nodeEngine() })
  for await (const event of events) if (event.type === 'step') break
  expect(await events.next()).toEqual({ done: true, value: undefined })
})

test('the core reaches nothing of Node, however far one follows its imports', () => {
  const seen = new Set<string>()
  const outside = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    const imports = /^(?:import|export)\b[^'"]*?from '([^']+)'/gm
    for (const [statement, name] of readFileSync(file, 'utf8').matchAll(imports)) {
      if (statement.startsWith('import type')) continue
      if (name!.startsWith('.')) visit(join(dirname(file), name!))
      else outside.add(name!)
    }
  }
  visit('src/core.ts')
  expect(seen.size).toBeGreaterThan(100)
  expect([...outside].sort()).toEqual(['@huggingface/tokenizers', 'fflate', 'papaparse', 'zod/mini'])
})
