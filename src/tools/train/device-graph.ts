/** The graph of a step whose state stays on the device: loss, gradients, clipping, optimiser and average in one. */
import { descend, type DescentRule, joined, paddedSize, pieces } from '../../engine/descent/index.ts'
import { concat, gradients, input, reshape } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { averageDecay } from './average.ts'
import { descentRuleOf } from './descent-rule-of.ts'
import { learningParts, placesOf, type TrainParts } from './parts.ts'
import { ruleWithSecondAverage } from './second-average.ts'
import type { StepTask } from './step-way.ts'

/** The graph and the names in it. */
export interface DeviceGraph {
  readonly outputs: Readonly<Record<string, Tensor>>
  /** What stays on the device, flat: `params`, `average` unless no part has one, and the optimiser's slots. */
  readonly held: readonly string[]
  /** Elements of each of these; those behind the last parameter are zeros. */
  readonly size: number
  readonly carry: Readonly<Record<string, string>>
  /** The graph's inputs of a step besides the batch, each a scalar. */
  numbersAt(made: number, updates: number, rate: number): Readonly<Record<string, Float32Array>>
}

/** The graph's input that holds a part of the state. */
export const heldInput = (name: string): string => `state:${name}`
const heldOutput = (name: string): string => `next:${name}`
const numberInput = (name: string): string => `update:${name}`

/** What is read after a step: the loss, the norm of the gradient, each item's loss. One output, since each is a journey of its own. */
export const report = 'report'

/** The graph of a step of all of a batch's items. */
export function deviceGraph({
  spec,
  problem,
  layout,
  portion,
}: Pick<StepTask, 'spec' | 'problem' | 'layout' | 'portion'>): DeviceGraph {
  const { clipNorm, ema } = spec.optimizer
  const rule = ruleWithSecondAverage(descentRuleOf(spec, placesOf(problem.parts)), ema)
  const ranges = averagedRanges(problem.parts)
  const everywhere = ranges.some(([from, to]) => from === 0 && to === layout.size)
  const size = paddedSize(layout.size)
  const flat = (name: string): Tensor => input(heldInput(name), [size])

  const params = flat('params')
  const weights = pieces(
    params,
    layout.specs.map(({ shape }) => shape),
  )
  const places = new Map(layout.specs.map(({ name }, i) => [name, weights[i]!]))
  const scope = new Scope((name, shape) => places.get(name) ?? input(name, shape))
  const { loss, itemLoss } = problem.loss(scope, portion)
  const slots = Object.fromEntries(rule.slots.map((slot) => [slot, flat(slot)]))
  const before = ranges.length > 0 ? { params, slots, average: flat('average') } : { params, slots }
  const next = descend(rule, before, joined(gradients(loss, weights)), numbersOf(rule), {
    clipNorm,
    follow: input(numberInput('follow'), []),
    averaged: everywhere ? undefined : ranges,
  })
  const kept: Record<string, Tensor> = {
    params: next.params,
    ...next.slots,
    ...(next.average && { average: next.average }),
  }
  const held = Object.keys(kept)
  const found = concat([reshape(loss, [1]), reshape(next.norm, [1]), reshape(itemLoss, [portion])], 0)
  const decay = averageDecay(ema)
  return {
    outputs: { [report]: found, ...Object.fromEntries(held.map((name) => [heldOutput(name), kept[name]!])) },
    held,
    size,
    carry: Object.fromEntries(held.map((name) => [heldOutput(name), heldInput(name)])),
    numbersAt: (made, updates, rate) =>
      Object.fromEntries(
        Object.entries({ ...rule.numbersAt(updates, rate), follow: 1 - decay(made) }).map(([name, value]) => [
          numberInput(name),
          Float32Array.of(value),
        ]),
      ),
  }
}

function numbersOf(rule: DescentRule): Record<string, Tensor> {
  return Object.fromEntries(Object.keys(rule.numbersAt(0, 1)).map((name) => [name, input(numberInput(name), [])]))
}

/** The index ranges of parts with an average of their own. */
function averagedRanges(parts: TrainParts): [from: number, to: number][] {
  let at = 0
  const ranges: [number, number][] = []
  for (const [, { layout, average = true }] of learningParts(parts)) {
    const to = at + layout.size
    const last = ranges.at(-1)
    if (average && last?.[1] === at) last[1] = to
    else if (average) ranges.push([at, to])
    at = to
  }
  return ranges
}
