/** Built-in sets that are loaded one by one are those that are made at once. */
import { expect, it } from 'vitest'
import { builtinDataset, builtinNames } from '../../../src/files/data/builtin/index.ts'
import { loadBuiltin } from '../../../src/files/data/builtin/load.ts'

// Simulations of fluids take long, and are made by the module that makes the others.
it.each(builtinNames.filter((name) => name !== 'kolmogorov'))('%s', async (name) => {
  const options = { length: 2, seed: 5 }
  expect(await loadBuiltin(name, options)).toEqual(builtinDataset(name, options))
})

it('refuses what such a set does not have, whichever way', async () => {
  expect(() => builtinDataset('solids', { window: 4 })).toThrow(/`window` is for data with an axis of time/)
  await expect(loadBuiltin('solids', { window: 4 })).rejects.toThrow(/`window` is for data with an axis of time/)
})
