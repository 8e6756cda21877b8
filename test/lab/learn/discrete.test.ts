/** The figures of discrete diffusion against closed forms. */
import { describe, expect, test } from 'vitest'
import { initialValues } from '../../../src/lab/learn/figure.ts'
import { bound, boundTerms, entropy } from '../../../src/lab/learn/chapters/discrete/bound.ts'
import { walked } from '../../../src/lab/learn/chapters/discrete/chain.ts'
import { fade, fadeOf, shares } from '../../../src/lab/learn/chapters/discrete/fade.ts'
import { guidedLaw } from '../../../src/lab/learn/chapters/discrete/guidance.ts'
import { onLetters, onLevels, steps } from '../../../src/lab/learn/chapters/discrete/kernels.ts'
import { lawOf } from '../../../src/lab/learn/chapters/discrete/law.ts'
import { map } from '../../../src/lab/learn/chapters/discrete/map.ts'
import { stepBack } from '../../../src/lab/learn/chapters/discrete/reverse.ts'
import { encode, text } from '../../../src/lab/learn/chapters/discrete/text.ts'
import { shareOfWords, words } from '../../../src/lab/learn/chapters/discrete/unmasking.ts'
import { sumOf, whole } from '../../../src/lab/learn/shared/series.ts'

describe('kernels', () => {
  test('a letter is masked with probability 1 − ᾱ = t, and uniform noise may hit the letter itself', async () => {
    const values = { ...initialValues(text), t: 0.3 }
    expect((await text.show({ ...values, kernel: 'absorbing' })).numbers['kept']).toBeCloseTo(0.7, 12)
    expect((await text.show({ ...values, kernel: 'uniform' })).numbers['kept']).toBeCloseTo(0.7 + 0.3 / 29, 12)
    expect((await text.show({ ...values, kernel: 'absorbing' })).numbers['expected']).toBeCloseTo(43 * 0.3, 9)
  })

  test('laws sum to one, and the chain’s steps follow them', () => {
    for (const process of Object.values(onLetters).map((of) => of())) {
      expect(sumOf(lawOf(process, 3, 0.4))).toBeCloseTo(1, 9)
      const x0 = new Int32Array(20_000).fill(3)
      const x = walked(process, x0, 0.4, 'test')
      const law = lawOf(process, 3, 0.4)
      for (const state of [3, 4, 22, 28]) {
        const share = x.filter((each) => each === state).length / x.length
        expect(Math.abs(share - law[state]!)).toBeLessThan(4 * Math.sqrt(0.25 / x.length))
      }
    }
  })

  test('a longer walk of masks goes on where a shorter one stopped', () => {
    const x0 = encode('a text that dissolves')
    const [early, late] = [0.3, 0.6].map((t) => walked(onLetters.absorbing(), x0, t, 'text'))
    early!.forEach((token, i) => token === 29 && expect(late![i]).toBe(29))
  })

  test('from one end of the levels only the nearest are reached at first', () => {
    const law = lawOf(onLevels(6).neighbour(), 0, 1 / steps)
    for (let k = 1; k < 6; k++) expect(law[k]!).toBeLessThan(law[k - 1]!)
    expect(Math.max(...lawOf(onLevels(6).neighbour(), 0, 1).map((p) => Math.abs(p - 1 / 6)))).toBeLessThan(1e-9)
  })

  test('the map at time 0 is the map', async () => {
    const { numbers } = await map.show({ ...initialValues(map), t: 0 })
    expect(numbers).toMatchObject({ changed: 0, hidden: 0 })
  })
})

test('mutual information falls in a straight line along its schedule', async () => {
  const values = { ...initialValues(fade), t: 0.25 }
  const { numbers } = await fade.show(values)
  const alphaBar = fadeOf('mutual-information', shares(values.categories, values.ratio), [0.25])[0]!
  expect(numbers['matched']).toBe(alphaBar)
  const x = shares(3, 1)
  // of categories that are all alike: log K − H(row)
  const row = (a: number) => [a + (1 - a) / 3, (1 - a) / 3, (1 - a) / 3]
  const information = (a: number) => Math.log(3) + sumOf(row(a).map((p) => (p > 0 ? p * Math.log(p) : 0)))
  expect(information(fadeOf('mutual-information', x, [0.25])[0]!)).toBeCloseTo(0.75 * Math.log(3), 6)
})

describe('the reverse step', () => {
  test('is Bayes’ rule, summed over what the token may have been', async () => {
    const [logits, s, t] = [[0, 0.5, 2, -1], 0.36, 0.6]
    const { posterior, next } = await stepBack('uniform', logits, 1, s, t)
    const weights = logits.map((l, k) => Math.exp(l) * (k === 1 ? 1 - t + t / 4 : t / 4))
    weights.forEach((weight, k) => expect(posterior[k]).toBeCloseTo(weight / sumOf(weights), 12))
    const stay = (1 - t) / (1 - s)
    whole(4).forEach((j) => {
      const step = (j === 1 ? stay : 0) + (1 - stay) / 4
      const terms = whole(4).map((k) => {
        const toS = (k === j ? 1 - s : 0) + s / 4
        const toT = (k === 1 ? 1 - t : 0) + t / 4
        return (posterior[k]! * step * toS) / toT
      })
      expect(next[j]).toBeCloseTo(sumOf(terms), 12)
    })
  })

  test('a mask is lifted with probability (t − s)/t, and what is seen stays', async () => {
    const { next, posterior, lifted } = await stepBack('absorbing', [0, 1, 0, 0], 4, 0.3, 0.6)
    expect(lifted).toBeCloseTo(0.5, 12)
    expect(next[4]).toBeCloseTo(0.5, 12)
    expect(next[1]).toBeCloseTo(0.5 * posterior[1]!, 12)
    expect((await stepBack('absorbing', [0, 1, 0, 0], 2, 0.3, 0.6)).next[2]).toBeCloseTo(1, 12)
  })
})

describe('the bound', () => {
  test.each([1, 2, 8, 32])('of two coins that always agree is (1 + 1/%i) log 2 under masks', async (steps) => {
    expect(sumOf(await boundTerms('absorbing', 1, steps))).toBeCloseTo((1 + 1 / steps) * Math.log(2), 9)
  })

  test('is the entropy for coins that are independent, and above it otherwise', async () => {
    expect(sumOf(await boundTerms('uniform', 0.5, 5))).toBeCloseTo(2 * Math.log(2), 9)
    const { numbers } = await bound.show({ kernel: 'uniform', agree: 0.9, steps: 8 })
    expect(numbers['gap']).toBeGreaterThan(0.01)
    expect(numbers['entropy']).toBeCloseTo(entropy(0.9), 12)
  })
})

describe('sampling', () => {
  test('one letter at a time makes words of the list, and all at once seldom does', async () => {
    expect(await shareOfWords('ancestral', 200, 100)).toBeGreaterThan(0.95)
    expect(await shareOfWords('ancestral', 1, 100)).toBeLessThan(0.2)
  })

  test('a given word stays', async () => {
    const given = Int32Array.from([...words[0]!].map((letter) => letter.charCodeAt(0) - 97))
    expect(await shareOfWords('ancestral', 2, 20, given)).toBe(1)
  })

  test('guidance with w = 0 is the class, with w = −1 no class', async () => {
    expect((await guidedLaw(0))[2]).toBeCloseTo(0.3, 12)
    expect((await guidedLaw(-1))[2]).toBeCloseTo(0.2, 12)
    const ratio = (law: Float64Array) => law[2]! / law[0]!
    expect(ratio(await guidedLaw(2))).toBeCloseTo((0.3 / 0.05) ** 3 / (0.2 / 0.25) ** 2, 9)
  })
})
