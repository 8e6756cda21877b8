/**
 * Several prompts in one, of which a picture is to show all: `a house AND a lake:0.7 AND fog:-0.5`. Each is a condition of its own, with a
 * weight; see `composedItems`. The grammar is that of Stable Diffusion's web interface.
 */
import { TweedieError } from '../../errors.ts'

/** A prompt among several. */
export interface ComposedPrompt {
  readonly text: string
  /** 1: as usual; below 0: away from it. */
  readonly weight: number
}

/** Weights beyond it give noise, and are rather a time of day. */
const most = 10
/** A backslash and what it is for, a bracket, or AND between two spaces or at an end. */
const tokens = /\\.|[([]|[)\]]|(?<=^|\s)AND(?=\s|$)/gsu
const weightAtEnd = /(?<!\\):\s*([-+]?(?:\d+\.?\d*|\.\d+))\s*$/

/**
 * The prompts that a prompt is composed of; one, the prompt as it is, without an AND outside brackets.
 *
 * @throws TweedieError `usage` for an AND with nothing beside it, and weights outside [−10, 10]
 * @example
 * composedPrompts('a house AND a lake:0.7') // [{ text: 'a house', weight: 1 }, { text: 'a lake', weight: 0.7 }]
 */
export function composedPrompts(prompt: string): readonly ComposedPrompt[] {
  const parts = divided(prompt)
  if (parts.length === 1) return [{ text: prompt, weight: 1 }]
  return parts.map((part) => {
    const found = weightAtEnd.exec(part)
    const text = (found ? part.slice(0, found.index) : part).trim()
    const weight = Number(found?.[1] ?? 1)
    if (text === '') throw fault(prompt, 'an AND without a text on both sides', 'write "and" where it is a word')
    if (Math.abs(weight) > most) {
      throw fault(prompt, `the weight ${found![1]}: expected −${most} to ${most}`, 'write \\: for the character itself')
    }
    return { text, weight }
  })
}

/** At each AND outside brackets. */
function divided(prompt: string): readonly string[] {
  const parts: string[] = []
  let [depth, from] = [0, 0]
  for (const { 0: found, index } of prompt.matchAll(tokens)) {
    if (found === '(' || found === '[') depth++
    else if (found === ')' || found === ']') depth--
    else if (found === 'AND' && depth === 0) {
      parts.push(prompt.slice(from, index))
      from = index + found.length
    }
  }
  return [...parts, prompt.slice(from)]
}

function fault(prompt: string, what: string, hint: string): TweedieError {
  return new TweedieError('usage', `\`prompt\`: ${what}, in ${JSON.stringify(prompt.slice(0, 80))}`, { hint })
}
