/** The bound of held-out tokens against what is known in closed form. */
import { expect, test } from 'vitest'
import { createCategorical } from '../../../src/files/data/categorical.ts'
import { type DiscreteSpec, fromLogits, processOf } from '../../../src/diffusion/discrete/index.ts'
import { ngramBaseline, textOfDataset, tokenBound } from '../../../src/tools/eval/text-report.ts'
import { integers, key } from '../../../src/engine/random/index.ts'
import { byteTokenizer, characterTokenizer } from '../../../src/files/text/index.ts'

const letters = 'abcd'
const uniformText = Array.from(integers(key(1), 4000, 0, 4), (i) => letters[i]).join('')
const tokenizer = characterTokenizer(letters)
const textOf = (text: string, length = 20) =>
  createCategorical({
    name: 'letters',
    shape: [length],
    categories: 4,
    data: tokenizer.encode(text),
    vocabulary: { kind: 'text', tokenizer },
  })

const specs: readonly DiscreteSpec[] = [
  { kernel: 'absorbing', schedule: 'log-linear', steps: null, objective: 'bound' },
  { kernel: 'absorbing', schedule: 'linear', steps: 10, objective: 'bound' },
  { kernel: 'uniform', schedule: 'cosine', steps: 10, objective: 'bound' },
]

test.each(specs)('letters at random need two bits each: $kernel, $steps steps', async (spec) => {
  const process = processOf(spec, 4)
  // The context of a letter says nothing of it: the true posterior is that of the token's own evidence.
  const denoiser = fromLogits(process, [20], (_, __, batch) => new Float64Array(batch * 80))
  const heldOut = textOf(uniformText)
  const { bitsPerCharacter, bitsPerToken, nats, parts, items } = await tokenBound({ ...denoiser, batch: 7 }, heldOut, {
    items: 40,
    terms: 40,
  })
  expect(items).toBe(40)
  expect(bitsPerCharacter).toEqual(bitsPerToken)
  expect(bitsPerToken.mean).toBeCloseTo(nats.mean / Math.LN2, 12)
  expect(parts.prior + parts.transitions + parts.decoder).toBeCloseTo(nats.mean, 12)
  expect(Math.abs(bitsPerToken.mean - 2)).toBeLessThan(3 * bitsPerToken.error + 0.02)
  expect(bitsPerToken.error).toBeLessThan(0.1)
})

test('tokens of several to a character cost more a character', async () => {
  const bytes = byteTokenizer()
  const data = bytes.encode('éà'.repeat(50))
  const heldOut = createCategorical({
    name: 'accents',
    shape: [4],
    categories: 256,
    data,
    vocabulary: { kind: 'text', tokenizer: bytes },
  })
  const process = processOf(specs[0]!, 256)
  const denoiser = fromLogits(process, [4], (_, __, batch) => new Float64Array(batch * 4 * 256))
  const { bitsPerCharacter, bitsPerToken } = await tokenBound({ ...denoiser, batch: 8 }, heldOut, {
    items: 8,
    terms: 8,
  })
  expect(bitsPerCharacter!.mean).toBeCloseTo(2 * bitsPerToken.mean, 10)
  expect(textOfDataset(heldOut)).toBe('éà'.repeat(50))
})

test('the n-gram baseline of letters at random is two bits, and of a repetition none', () => {
  expect(ngramBaseline(textOf(uniformText.slice(0, 3600)), textOf(uniformText.slice(3600)), 2)).toBeCloseTo(2, 1)
  expect(ngramBaseline(textOf('abcd'.repeat(500)), textOf('abcd'.repeat(60)))).toBeLessThan(0.1)
})
