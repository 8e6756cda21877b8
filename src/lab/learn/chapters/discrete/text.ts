/** Text that dissolves: one path of the chain, and the law of a letter at its time. */
import { figure } from '../../figure.ts'
import { percent, whole } from '../../shared/series.ts'
import { walked } from './chain.ts'
import { becomes, kernelChoice, letters, onLetters, steps } from './kernels.ts'
import { lawOf } from './law.ts'

/** The letters of a text as categories; others become spaces. */
export function encode(text: string): number[] {
  return [...text.toLowerCase()].map((letter) => letters.indexOf(letters.includes(letter) ? letter : ' '))
}

export const text = figure({
  id: 'text',
  title: 'A text dissolves',
  hint: 'Move t, or play. Then change the kernel: masks hide letters, uniform noise lies about them, and the last two move to letters close by in the alphabet or on the keyboard.',
  controls: {
    text: { kind: 'text', label: 'text', initial: 'the quick brown fox jumps over the lazy dog', maxLength: 80 },
    kernel: kernelChoice,
    t: { kind: 'slider', label: 't', min: 0, max: 1, step: 1 / steps, initial: 0.4, format: (t) => t.toFixed(3) },
    letter: { kind: 'text', label: 'law of the letter', initial: 'o', maxLength: 1 },
  },
  play: { control: 't', seconds: 6 },
  show({ text, kernel, t, letter }) {
    const process = onLetters[kernel]()
    const x0 = encode(text)
    const x = walked(process, x0, t, 'text')
    const changed = x.reduce((sum, token, i) => sum + Number(token !== x0[i]), 0)
    const asked = encode(letter)[0] ?? letters.indexOf('o')
    const law = lawOf(process, asked, t)
    const kept = law[asked]!
    const pieces = Array.from(x, (token, i) => ({
      text: token === process.mask ? '·' : letters[token]!,
      missing: token === process.mask,
      shade: token === process.mask || token === x0[i] ? 0 : 0.6,
    }))
    return {
      views: [
        {
          kind: 'tokens',
          rows: [
            { label: 'x₀', pieces: x0.map((token) => ({ text: letters[token]! })) },
            { label: 'x_t', pieces },
          ],
        },
        {
          kind: 'plot',
          title: `q(x_t | x₀ = ‘${letters[asked]}’)`,
          x: { label: 'x_t: a … z, space, comma, stop, mask', min: -0.6, max: letters.length + 0.6 },
          y: { label: 'probability', min: 0, max: 1 },
          marks: [
            {
              kind: 'bars',
              x: whole(letters.length + 1),
              y: [...law, 0].slice(0, letters.length + 1),
              width: 0.8,
              ink: 'noise',
            },
            { kind: 'bars', x: [asked], y: [kept], width: 0.8, ink: 'data', label: 'the letter itself' },
          ],
        },
      ],
      numbers: { t, kept, changed, expected: x0.reduce((sum, token) => sum + 1 - lawOf(process, token, t)[token]!, 0) },
      caption: `At t = ${t.toFixed(3)}, ${changed} of ${x.length} letters have become ${becomes[kernel]}. A letter ‘${letters[asked]}’ is itself with probability ${percent(kept)}.`,
    }
  },
})
