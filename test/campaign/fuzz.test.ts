/**
 * Readers on inputs that nobody wrote: those that once failed (the corpus), and some that are made anew. Each has to be read or refused by an
 * error of ours, within a second and 512 MB. `npm run campaign` tries a million.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { families } from '../../src/families/registry.ts'
import { allReaders } from './fuzz/all-readers.ts'
import { declaredReaders } from './fuzz/declared.ts'
import { diceFor } from './fuzz/dice.ts'
import { hunt, tried } from './fuzz/hunt.ts'
import { familyOf, modelNames } from './fuzz/models.ts'
import { mutate } from './fuzz/mutate.ts'
import { reachedBy } from './fuzz/reached.ts'
import type { Reader } from './fuzz/reader.ts'

const corpus = join(import.meta.dirname, 'corpus')
const kept = readdirSync(corpus, { recursive: true, encoding: 'utf8' })
  .filter((path) => statSync(join(corpus, path)).isFile() && !path.endsWith('.md'))
  .map((path) => [path.replaceAll('\\', '/')] as const)

let readers: ReadonlyMap<string, Reader>
beforeAll(async () => {
  const all = await allReaders(['points', 'pictures'])
  readers = new Map(all.map((reader) => [reader.name, reader]))
  expect(readers.size, 'each has a name of its own').toBe(all.length)
})

describe('what once failed', () => {
  test.each(kept)('%s', async (path) => {
    const reader = readers.get(dirname(path))
    expect(reader, 'a folder of the corpus has the name of a reader').toBeDefined()
    expect(await tried(reader!, Uint8Array.from(readFileSync(join(corpus, path))))).toBeUndefined()
  })
})

test('valid inputs are read; among all readers there is one for every function that reads', async () => {
  const reached = await reachedBy(async () => {
    for (const reader of readers.values()) {
      for (const seed of await reader.seeds()) {
        await expect(Promise.resolve(seed).then(reader.read), reader.name).resolves.not.toThrow()
        expect(await tried(reader, seed), reader.name).toBeUndefined()
      }
    }
  })
  const declared = declaredReaders()
  expect(declared.length).toBeGreaterThan(40)
  expect(declared.filter(([path, name]) => !reached.get(path)?.has(name))).toEqual([])
})

test('worse inputs are read or refused', async () => {
  for (const reader of readers.values()) {
    const found = await hunt(reader, { seed: 0, count: Math.ceil(12 * (reader.share ?? 1)) })
    expect(found.map(({ reader: name, index, kind, what }) => ({ name, index, kind, what }))).toEqual([])
  }
})

test('the campaign trains a model of every family', () => {
  const trained = new Set(modelNames.map(familyOf))
  expect(families.map(({ name }) => name).filter((name) => !trained.has(name))).toEqual([])
})

test('a hunt finds what there is: a crash, and what takes too long', async () => {
  const reader = (read: Reader['read']): Reader => ({ name: 'made up', seeds: () => [Uint8Array.of(1, 2, 3)], read })
  const crash = await hunt(
    reader(() => JSON.parse('{')),
    { seed: 0, count: 2 },
  )
  expect(crash.map(({ kind }) => kind)).toEqual(['crash', 'crash'])
  const slow = (): void => {
    const until = process.cpuUsage().user + 1_200_000
    while (process.cpuUsage().user < until);
  }
  expect(await tried(reader(slow), Uint8Array.of())).toMatchObject({ kind: 'hang' })
})

test('an input is decided by its reader, seed and number', () => {
  const bytes = new TextEncoder().encode('{"a": [1, 2, 3], "b": "text"}')
  const made = (seed: number, index: number) => mutate(bytes, diceFor('x', seed, index), bytes)
  expect(made(1, 5)).toEqual(made(1, 5))
  const different = new Set(Array.from({ length: 50 }, (_, i) => Buffer.from(made(1, i)).toString('latin1')))
  expect(different.size).toBeGreaterThan(40)
})
