/** Configurations as schemas read them. */
import * as z from 'zod/mini'
import { expect, test } from 'vitest'
import { isNestedTooDeeply, mostNested, parseConfig, tryConfig } from '../../../src/files/io/parse-config.ts'

const anything = z.object({ value: z.json() })
const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value }
  return value
}

test('all mistakes are said at once, with field and value', () => {
  const schema = z.object({ a: z.number(), b: z.object({ c: z.string() }) })
  expect(() => parseConfig(schema, { a: 'x', b: { c: 1 } }, 'unet/config.json')).toThrow(
    /^unet\/config\.json: a is "x": .*; b\.c is 1: /,
  )
})

test('what is nested as deeply as may be is read, one level more and a million are refused', () => {
  expect(isNestedTooDeeply(nested(mostNested))).toBe(false)
  expect(isNestedTooDeeply(nested(mostNested + 1))).toBe(true)
  expect(parseConfig(anything, { value: nested(mostNested - 1) }, 'a')).toEqual({ value: nested(mostNested - 1) })
  for (const depth of [mostNested, 1_000_000]) {
    expect(() => parseConfig(anything, { value: nested(depth) }, 'a')).toThrow(
      'a: lists or objects are nested more than',
    )
    expect(tryConfig(anything, { value: nested(depth) }).success).toBe(false)
  }
})
