/** A shard as one safetensors file: the rows of its batches, and what they were computed with. */
import * as z from 'zod/mini'
import { TweedieError } from '../../errors.ts'
import { parseJson } from '../../files/io/json.ts'
import { parseConfig } from '../../files/io/parse-config.ts'
import { readSafetensors, type SafeTensorInput, writeSafetensors } from '../../files/io/safetensors.ts'
import { checksumOf, noChecksum, sealed } from '../train/checkpoint-seal.ts'
import type { KeptBatch, ShardOf } from './own-shard.ts'
import type { BatchRows } from './shards.ts'

/** What decides the rows, as JSON: shards that differ in it do not belong together. */
export type ShardFacts = Readonly<Record<string, unknown>>

/** The content of a file. */
export interface ShardFile {
  readonly shard: ShardOf
  readonly facts: ShardFacts
  /** What does not decide the rows: where the result goes, and how it is laid out. */
  readonly request: ShardFacts
  readonly batches: readonly KeptBatch[]
}

const format = 'tweedie-shard-1'

const count = z.int().check(z.minimum(0))
const schema = z.object({
  shard: z.object({ index: count, count: count.check(z.minimum(1)) }),
  facts: z.record(z.string(), z.unknown()),
  request: z.record(z.string(), z.unknown()),
  batches: z.array(
    z.object({
      loop: z.string(),
      first: count,
      size: count.check(z.minimum(1)),
      count,
      rows: z.array(z.string()),
    }),
  ),
})

/** The bytes of a file. */
export function encodeShard({ shard, facts, request, batches }: ShardFile): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, SafeTensorInput>()
  const listed = batches.map(({ rows, ...batch }) => {
    for (const [name, data] of Object.entries(rows)) tensors.set(nameOf(batch, name), { shape: [data.length], data })
    return { ...batch, rows: Object.keys(rows) }
  })
  const what = JSON.stringify({ shard, facts, request, batches: listed }, plain)
  return sealed(writeSafetensors(tensors, { format, checksum: noChecksum, what }))
}

/**
 * Reads a file.
 *
 * @throws TweedieError `data` if it is no shard, or damaged in any way
 */
export function decodeShard(bytes: Uint8Array, source = 'shard'): ShardFile {
  const { tensors, metadata } = readSafetensors(bytes, source)
  if (metadata.format !== format) throw new TweedieError('data', `${source}: not a shard of this tweedie`)
  const sum = checksumOf(bytes)
  if (metadata.checksum !== sum) {
    throw new TweedieError('data', `${source}: is damaged: its checksum is ${sum}, and it says ${metadata.checksum}`, {
      hint: 'compute this shard again',
    })
  }
  const about = parseConfig(schema, parseJson(metadata.what ?? 'null', source, 'data'), source)
  return {
    ...about,
    batches: about.batches.map(({ rows, ...batch }) => ({
      ...batch,
      rows: Object.fromEntries(
        rows.map((name) => {
          const found = tensors.get(nameOf(batch, name))
          if (found) return [name, found.data as BatchRows[string]]
          throw new TweedieError('data', `${source}: has no ${nameOf(batch, name)}`)
        }),
      ),
    })),
  }
}

/** How facts differ, a line each: `seed: 1, and 0 in the others`. */
export function differences(a: ShardFacts, b: ShardFacts, path = ''): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((name) => {
    const [x, y] = [a[name], b[name]]
    const here = `${path}${name}`
    if (isFacts(x) && isFacts(y)) return differences(x, y, `${here}.`)
    const [left, right] = [x, y].map((value) => JSON.stringify(value, plain) ?? 'not set')
    return left === right ? [] : [`${here} is ${left}, and ${right} in others`]
  })
}

/** Facts as a file has them. */
export function asWritten(facts: ShardFacts): ShardFacts {
  return JSON.parse(JSON.stringify(facts, plain)) as ShardFacts
}

/** Values of options back from a file. */
export function revived(facts: ShardFacts): ShardFacts {
  const back = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(back)
    if (!isFacts(value)) return value
    return 'number' in value && Object.keys(value).length === 1
      ? Number(value.number)
      : Object.fromEntries(Object.entries(value).map(([name, each]) => [name, back(each)]))
  }
  return back(facts) as ShardFacts
}

/** JSON knows neither infinity nor what is no number. */
function plain(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value
}

function isFacts(value: unknown): value is ShardFacts {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const nameOf = ({ loop, first }: Pick<KeptBatch, 'loop' | 'first'>, name: string): string => `${loop}/${first}/${name}`
