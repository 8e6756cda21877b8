/** Everything that a request tells a network, item by item, and how it is guided. */
import { type Conditions, conditionsOfItems } from '../../diffusion/denoise/conditions.ts'
import { TweedieError } from '../../errors.ts'
import { labelsFor } from '../conditions.ts'
import { styled, type StylesSource } from '../pictured/styled.ts'
import { type Texts, told, type WordsSource } from '../words/told.ts'
import { withPlaces } from '../words/with-places.ts'
import type { ModelGuidance } from './guided.ts'
import { impliedConditions } from './implied-conditions.ts'
import type { Model } from './model.ts'

/** What a request says. */
export interface Asked extends Texts {
  readonly signal?: AbortSignal | undefined
  /** Receives what prompts lose: words that are not known, and what is cut. */
  readonly onRemark?: ((text: string) => void) | undefined
  /** The class of each item. */
  readonly labels?: ArrayLike<number> | undefined
  /** Pictures whose style is drawn in, `[C, H, W]` in [−1, 1] each, in turn. */
  readonly styles?: readonly Float32Array[] | undefined
  /** Other conditions, `[count, ...]` by name. */
  readonly conditions?: Conditions | undefined
  /** w, or more; left out: what the model's folder says. */
  readonly guidance?: number | ModelGuidance | undefined
}

/** What a network is told. */
export interface AskedConditions {
  /** The model that takes them: itself, or one for longer texts. */
  readonly model: Model
  readonly guidance: ModelGuidance
  /** The class of each item, for a conditional model. */
  readonly labels: Int32Array | undefined
  /** The conditions of some items. */
  at(first: number, now: number): Conditions
}

/**
 * The conditions of `count` items.
 *
 * @param otherwise the classes where none are named
 * @throws TweedieError `usage` for what the model does not have
 */
export async function askedConditions(
  model: Model,
  { guidance: wanted = model.sampling.guidance, labels: named, conditions: given = {}, styles, ...texts }: Asked,
  count: number,
  {
    words: source,
    styles: encoder,
    otherwise,
  }: { readonly words: WordsSource; readonly styles: StylesSource; readonly otherwise: 'in turn' | 'nothing' },
): Promise<AskedConditions> {
  const manner = typeof wanted === 'number' ? { w: wanted } : wanted
  const labels = labelsFor(model, count, named, otherwise, manner.classifier?.classNames)
  const words = await told(model, texts, source, texts.signal)
  for (const note of words?.notes ?? []) texts.onRemark?.(note)
  const style = await styled(model, styles, encoder, texts.signal)
  // nothing is asked for: both halves of guidance would be the same
  const asks = texts.prompts ?? texts.negativePrompt ?? labels ?? style
  const idle = wanted === model.sampling.guidance && model.words && asks === undefined
  const { conditions: implied, away, w } = impliedConditions(model, idle ? 0 : (manner.w ?? 0))
  const terms = words?.terms ?? 1
  if (terms > 1) requireComposable(model, manner)
  const own: Conditions = { ...given, ...(labels && { labels }) }
  const fitted = (each: Model): Model => (words ? withPlaces(each, words.places) : each)
  return {
    model: fitted(model),
    labels,
    guidance: {
      ...manner,
      w,
      ...(terms > 1 && { terms }),
      away: { ...away, ...words?.away, ...manner.away },
      ...(manner.weak && { weak: fitted(manner.weak) }),
    },
    at: (first, now) => ({
      ...repeated(implied, now),
      ...words?.at(first, now, count),
      ...style?.(first, now),
      ...conditionsOfItems(own, first, now, count),
    }),
  }
}

/** Refuses prompts joined by AND where there is no mean of nothing to add them to. */
function requireComposable({ network }: Model, { weak }: ModelGuidance): void {
  const why = weak
    ? 'guidance is away from a weaker model'
    : network.conditions['timestep_cond']
      ? 'the network has guidance as a condition'
      : undefined
  if (why === undefined) return
  throw new TweedieError('usage', `\`prompt\`: prompts are not joined by AND where ${why}`, {
    hint: 'one prompt that says both, such as "a house and a lake"',
  })
}

function repeated(conditions: Conditions, count: number): Conditions {
  return Object.fromEntries(
    Object.entries(conditions).map(([name, item]) => {
      const out = new Float32Array(count * item.length)
      for (let i = 0; i < count; i++) out.set(item, i * item.length)
      return [name, out]
    }),
  )
}
