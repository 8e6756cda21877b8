/** Prompts of a request that are composed of several, as conditions of each item. */
import { type ComposedPrompt, composedPrompts } from '../../compiled/prompts/composition.ts'
import { promptConditions, type TextCondition } from '../../compiled/prompts/text-condition.ts'
import type { Conditions } from '../../diffusion/denoise/conditions.ts'
import { packedTerms } from '../../diffusion/guidance/composed-items.ts'
import type { ConditionSpecs } from '../../engine/nn/condition-spec.ts'
import { TweedieError } from '../../errors.ts'

/** The texts of a request. */
interface Asked {
  readonly prompts?: readonly string[] | undefined
  readonly towardsPrompt?: string | undefined
  readonly negativePrompt?: string | undefined
  readonly weights?: boolean | undefined
}

/**
 * The prompts of each of a request's, at least one each.
 *
 * @throws TweedieError `usage` where such prompts have no meaning
 */
export function composedOfTexts({ prompts = [''], towardsPrompt, negativePrompt, weights }: Asked) {
  if (weights === false) return prompts.map((text) => [{ text, weight: 1 }])
  const parts = prompts.map(composedPrompts)
  const others = { towardsPrompt, negative: negativePrompt }
  for (const [name, text] of Object.entries(others)) {
    if (text === undefined || composedPrompts(text).length === 1) continue
    throw new TweedieError('usage', `\`${name}\`: prompts are not joined by AND there`, {
      hint: name === 'negative' ? 'a prompt of a negative weight keeps away from more: AND fog:-1' : 'one prompt',
    })
  }
  if (towardsPrompt !== undefined && termsOf(parts) > 1) {
    throw new TweedieError('usage', '`towardsPrompt` walks from one prompt to another, and not from several', {
      hint: 'leave out AND',
    })
  }
  return parts
}

/** The most prompts that an item has. */
export function termsOf(parts: readonly (readonly ComposedPrompt[])[]): number {
  return Math.max(1, ...parts.map(({ length }) => length))
}

/**
 * The conditions of some items; those of the first term by their own names as well.
 *
 * @param items the prompts of each item, with their codes
 */
export function composedConditions(
  specs: ConditionSpecs,
  items: readonly (readonly (ComposedPrompt & { readonly code: TextCondition })[])[],
  terms: number,
): Conditions {
  const each = Array.from({ length: terms }, (_, term) => {
    // an item with fewer terms has its first in their place, which does not count
    const codes = items.map((own) => (own[term] ?? own[0]!).code)
    const weights = Float32Array.from(items, (own) => own[term]?.weight ?? 0)
    return { conditions: promptConditions(specs, codes, items.length), weights }
  })
  return { ...each[0]!.conditions, ...packedTerms(each) }
}
