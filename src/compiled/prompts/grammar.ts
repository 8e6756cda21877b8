/**
 * The grammar of prompts, which is that of Stable Diffusion's web interface as far as it is about weights:
 *
 * - `(words:1.3)` weighs words 1.3; `(words)` 1.1; `[words]` 1 / 1.1. What is nested is multiplied.
 * - `\(`, `\)`, `\[`, `\]`, `\:` and `\\` are the characters themselves.
 */
import { TweedieError } from '../../errors.ts'

/** A part of a prompt, and how much it counts; 1 is as usual. */
export interface WeightedText {
  readonly text: string
  readonly weight: number
}

/** What round and square brackets without a number multiply and divide by. */
const usual = 1.1
/** Weights beyond it give noise, and are rather a time of day: `(at 12:30)`. */
const most = 10

const numberAndEnd = /:\s*([-+]?(?:\d+\.?\d*|\.\d+))\s*\)/y
const network = /<(lora|lyco|hypernet):[^>]*>/i

/** An open bracket: where it stands in the text, and where its parts begin. */
interface Open {
  readonly bracket: '(' | '['
  readonly at: number
  readonly first: number
}

/**
 * The parts of a prompt. Neighbours of equal weight are one part, so that a prompt without weights is one part, its own text.
 *
 * @throws TweedieError `usage` for brackets that do not match, a weight outside [0, 10], and words of that interface's grammar that
 * mean something else there
 * @example
 * parsePrompt('a (red:1.3) circle') // [{ text: 'a ', weight: 1 }, { text: 'red', weight: 1.3 }, { text: ' circle', weight: 1 }]
 */
export function parsePrompt(prompt: string): readonly WeightedText[] {
  const [tag] = network.exec(prompt) ?? []
  if (tag !== undefined)
    throw fault(
      prompt,
      prompt.indexOf(tag),
      `${tag} is no part of a text`,
      'load the adapter with the model, and leave it out here',
    )
  const parts: { text: string; weight: number }[] = []
  const open: Open[] = []
  let text = ''
  const flush = (): void => {
    if (text !== '') parts.push({ text, weight: 1 })
    text = ''
  }
  const close = (by: number): void => {
    flush()
    for (const part of parts.slice(open.pop()!.first)) part.weight *= by
  }
  for (let at = 0; at < prompt.length; at++) {
    const character = prompt[at]!
    const inner = open.at(-1)?.bracket
    if (character === '\\' && /[()[\]:\\]/.test(prompt[at + 1] ?? '')) text += prompt[++at]!
    else if (character === '(' || character === '[') {
      flush()
      open.push({ bracket: character, at, first: parts.length })
    } else if (character === ':' && inner === '(' && weightAt(prompt, at) !== undefined) {
      const { weight, length } = weightAt(prompt, at)!
      close(weight)
      at += length - 1
    } else if (character === ')' || character === ']') {
      if (inner !== (character === ')' ? '(' : '['))
        throw fault(prompt, at, `${character} closes nothing`, `write \\${character} for the character itself`)
      close(character === ')' ? usual : 1 / usual)
    } else if (inner === '[' && (character === '|' || character === ':')) {
      throw fault(
        prompt,
        at,
        `[…${character}…] changes the prompt while drawing, which is not done here`,
        'write \\[ for the character itself',
      )
    } else text += character
  }
  flush()
  const unclosed = open.at(-1)
  if (unclosed)
    throw fault(
      prompt,
      unclosed.at,
      `${unclosed.bracket} is never closed`,
      `write \\${unclosed.bracket} for the character itself`,
    )
  return merged(parts)
}

function weightAt(prompt: string, at: number): { readonly weight: number; readonly length: number } | undefined {
  numberAndEnd.lastIndex = at
  const match = numberAndEnd.exec(prompt)
  if (match === null) return undefined
  const weight = Number(match[1])
  if (weight >= 0 && weight <= most) return { weight, length: match[0].length }
  throw fault(
    prompt,
    at,
    `the weight ${match[1]}: expected 0 to ${most}`,
    weight < 0 ? 'what is not wanted belongs in the negative prompt' : 'write \\: for the character itself',
  )
}

function merged(parts: readonly WeightedText[]): readonly WeightedText[] {
  const out: WeightedText[] = []
  for (const { text, weight } of parts) {
    const last = out.at(-1)
    if (last?.weight === weight) out[out.length - 1] = { text: last.text + text, weight }
    else out.push({ text, weight })
  }
  return out
}

function fault(prompt: string, at: number, what: string, hint: string): TweedieError {
  const shown = prompt.length > 60 ? `…${prompt.slice(Math.max(0, at - 20), at + 20)}…` : prompt
  return new TweedieError('usage', `\`prompt\`: ${what}, at character ${at + 1} of ${JSON.stringify(shown)}`, { hint })
}
