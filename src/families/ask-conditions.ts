/** Conditions other than the class, from a user's request. */
import type { Conditions } from '../diffusion/denoise/conditions.ts'
import { TweedieError } from '../errors.ts'
import { suggest } from '../suggest.ts'
import { type ConditionRequest, conditionsFor, describeConditions } from './conditions.ts'
import type { Access } from './family.ts'

/** Conditions by name: as pairs, or as the fields of an object. A text is a list of numbers, or the name of a picture. */
export type AskedConditions =
  | readonly (readonly [name: string, asked: ConditionRequest])[]
  | Readonly<Record<string, ConditionRequest>>

/**
 * The arrays for so many items.
 *
 * @throws TweedieError `usage` for a condition that the model does not have, or numbers that cannot be read
 */
export async function askConditions(
  model: Parameters<typeof describeConditions>[0],
  asked: AskedConditions | undefined,
  count: number,
  access: Pick<Access, 'picture'>,
): Promise<Conditions | undefined> {
  if (asked === undefined) return undefined
  const { labels: _, ...known } = describeConditions(model)
  const found: Record<string, Float32Array | Int32Array> = {}
  for (const [name, wanted] of Array.isArray(asked) ? asked : Object.entries(asked)) {
    const description = known[name]
    if (description === undefined) {
      const near = suggest(name, Object.keys(known))
      throw new TweedieError('usage', `\`condition\`: the model has no condition '${name}'`, {
        hint: near ? `did you mean ${near}?` : `it has ${Object.keys(known).join(', ') || 'no conditions but classes'}`,
      })
    }
    const { spec } = description
    const isName = typeof wanted === 'string' && spec.kind === 'image'
    const value = isName
      ? await access.picture(wanted, { shape: spec.shape, why: `the condition ${name} is such a picture` })
      : typeof wanted === 'string'
        ? numbersOf(wanted, name)
        : wanted
    found[name] = conditionsFor(description, value, count, { option: `\`condition\` ${name}` })
  }
  return found
}

function numbersOf(text: string, name: string): readonly number[] {
  const numbers = text.split(',').map((each) => (each.trim() === '' ? Number.NaN : Number(each)))
  if (numbers.every(Number.isFinite)) return numbers
  throw new TweedieError('usage', `\`condition\` ${name}: '${text}' is no list of numbers`, { hint: `${name}=0.5,1` })
}
