/** The schema of the metadata of a classifier file. A file of its own, since types of the package do not show zod. */
import * as z from 'zod/mini'
import { TweedieError } from '../../errors.ts'
import { parseConfig } from '../../files/io/parse-config.ts'
import type { DataScale } from '../../files/data/dataset.ts'

/** Facts about a classifier besides its weights. */
export interface ClassifierFacts {
  readonly kind: DataScale['kind']
  /** Of one item. */
  readonly shape: readonly number[]
  readonly classNames: readonly string[]
  readonly seed: number
  readonly steps: number
  /** The share of held-back items that are recognised at some noise levels σ/α. */
  readonly accuracy: readonly { readonly noise: number; readonly rate: number }[]
}

const side = z.int().check(z.positive(), z.maximum(65_536))

const schema = z.object({
  kind: z.enum(['image', 'points', 'array']),
  shape: z.array(side).check(z.minLength(1), z.maxLength(4)),
  classNames: z.array(z.string()).check(z.minLength(2), z.maxLength(1_000_000)),
  seed: z.int(),
  steps: z.int().check(z.minimum(0)),
  accuracy: z._default(z.array(z.object({ noise: z.number(), rate: z.number() })), []),
})

/** @throws TweedieError `model` if it is not JSON, or does not fit the schema */
export function parseFacts(text: string, source: string): ClassifierFacts {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new TweedieError('model', `${source}: what it says of itself is broken`, { cause })
  }
  return parseConfig(schema, value, source)
}
