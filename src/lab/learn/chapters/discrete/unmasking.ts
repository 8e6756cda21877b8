/** Samplers of tokens: the order in which masks are lifted, and what is lost in few steps. */
import {
  ancestralTokens,
  maskPredict,
  processOf,
  sampleTokens,
  sampleTokensFinal,
  type TokenSampler,
} from '../../../../diffusion/discrete/index.ts'
import { figure } from '../../figure.ts'
import { remembered } from '../../shared/remembered.ts'
import { meanOf, pause, percent, whole } from '../../shared/series.ts'
import { wordsDenoiser } from './words.ts'

const alphabet = 'abcdefghijklmnopqrstuvwxyz'
/** Words of five letters: any two letters of one say little of the rest. */
export const words =
  'stone stove store score scare spare shore shone shape shade share spade brave grave crave crane trace grace place plane plate slate state stake snake brake bread break dream cream cloud aloud bound round sound mound mount count court could would world'.split(
    ' ',
  )
const coded = words.map((word) => [...word].map((letter) => alphabet.indexOf(letter)))
const known = new Set(words)
const kernels = { absorbing: null, uniform: null } as const
const denoisers = Object.fromEntries(
  Object.keys(kernels).map((kernel) => [
    kernel,
    wordsDenoiser(
      processOf({ kernel: kernel as 'absorbing' | 'uniform', schedule: 'linear', steps: null, objective: 'bound' }, 26),
      coded,
    ),
  ]),
) as Record<keyof typeof kernels, ReturnType<typeof wordsDenoiser>>

const ways = {
  ancestral: { kernel: 'absorbing', sampler: (): TokenSampler => ancestralTokens() },
  predict: { kernel: 'absorbing', sampler: (): TokenSampler => maskPredict({ randomness: 1 }) },
  uniform: { kernel: 'uniform', sampler: (): TokenSampler => ancestralTokens() },
} as const

const read = (tokens: Int32Array, item: number): string =>
  Array.from(tokens.subarray(5 * item, 5 * item + 5), (token) => alphabet[token] ?? '·').join('')

/** The share of drawn words that are in the list. */
export async function shareOfWords(
  way: keyof typeof ways,
  steps: number,
  batch = 200,
  fixed?: Int32Array,
): Promise<number> {
  const { kernel, sampler } = ways[way]
  const options = { sampler: sampler(), steps, batch, seed: 3, ...(fixed && { fixed }) }
  const x = await sampleTokensFinal(denoisers[kernel], options)
  return meanOf(whole(batch).map((item) => Number(known.has(read(x, item)))))
}

const counts = [1, 2, 3, 4, 6, 8, 12]

/** The share of words by the number of steps. */
const sharesOf = remembered(async (way: keyof typeof ways) => {
  const shares: number[] = []
  for (const count of counts) {
    await pause()
    shares.push(await shareOfWords(way, count))
  }
  return shares
})

export const unmasking = figure({
  id: 'unmasking',
  title: 'From noise to words',
  hint: 'Draw in one step: letters are chosen apart, and few are words. Then put letters into the gaps, such as s···e: under masks, what is given simply stays.',
  controls: {
    way: {
      kind: 'choice',
      label: 'sampler',
      options: [
        { value: 'ancestral', label: 'ancestral, masks' },
        { value: 'predict', label: 'mask-predict' },
        { value: 'uniform', label: 'ancestral, uniform' },
      ],
      initial: 'ancestral',
    },
    steps: { kind: 'slider', label: 'steps', min: 1, max: 12, step: 1, initial: 6 },
    given: { kind: 'text', label: 'given (· for a gap)', initial: '·····', maxLength: 5 },
    seed: { kind: 'slider', label: 'draw', min: 1, max: 40, step: 1, initial: 4 },
  },
  async show({ way, steps, given, seed }) {
    const { kernel, sampler } = ways[way]
    const fixed = Int32Array.from({ length: 5 }, (_, i) => alphabet.indexOf((given[i] ?? '·').toLowerCase()))
    const options = { fixed, seed, batch: 4, steps, sampler: sampler() }
    const rows: string[][] = [
      Array.from({ length: 4 }, () => Array.from(fixed, (token) => alphabet[token] ?? '·').join('')),
    ]
    let evaluations = 0
    for await (const step of sampleTokens(denoisers[kernel], options)) {
      rows.push(whole(4).map((item) => read(step.x, item)))
      evaluations = step.evaluations
    }
    const last = rows.at(-1)!
    const shares = await sharesOf(way)
    const share = await shareOfWords(way, steps)
    return {
      views: [
        {
          kind: 'tokens',
          title: 'four draws, from the top down; fresh letters are shaded',
          rows: rows.map((row, index) => ({
            label: index === 0 ? 'start' : `step ${index}`,
            pieces: row.flatMap((word, item) => [
              ...[...word].map((letter, i) => ({
                text: letter,
                missing: letter === '·',
                shade: index > 0 && letter !== '·' && rows[index - 1]![item]![i] !== letter ? 0.6 : 0,
              })),
              { text: '   ' },
            ]),
          })),
        },
        {
          kind: 'plot',
          title: 'draws that are words of the list',
          x: { label: 'steps', min: 0.9, max: 13, scale: 'log' },
          y: { label: 'share', min: 0, max: 1 },
          marks: [
            { kind: 'line', x: counts, y: shares, ink: 'model', label: 'of 200 draws, nothing given' },
            { kind: 'points', x: [steps], y: [share], ink: 'model', radius: 5 },
          ],
        },
      ],
      numbers: { steps, share, evaluations },
      caption: `Drawn: ${last.map((word) => `${word}${known.has(word) ? '' : ' (no word)'}`).join(', ')}, by ${evaluations} evaluations. Of 200 draws in ${steps} steps with nothing given, ${percent(share)} are words of the list.`,
    }
  },
})
