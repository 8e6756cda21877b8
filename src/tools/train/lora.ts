/**
 * Training of low-rank adapters: a problem whose networks stay as they are, and what learns is a small change of some of their layers.
 * It is made of any family's problem; the family does not know.
 */
import { TweedieError } from '../../errors.ts'
import { input } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { adaptedLayers, adaptersIn, downName, upName } from '../../engine/nn/adapters.ts'
import { type Layout, layoutOf, type NamedArray } from '../../engine/nn/layout.ts'
import { changedWeight, type LowRankArrays } from '../../engine/nn/low-rank-arrays.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { jointLayout, learningParts, networkOfParts, type TrainPart, type TrainParts } from './parts.ts'
import type { TrainProblem, TrainState } from './problem.ts'
import type { LoraSpec } from './spec.ts'
import { textParts } from './text-parts.ts'

/** The name of the part that learns. */
export const loraPart = 'lora'

/** The weights of parts that are adapted, in their layouts. */
export type BaseWeights = ReadonlyMap<string, Float32Array>

/** What a model says of the adapters that made it. */
export interface Adapters {
  readonly spec: LoraSpec
  /** The adapters' parameters, `PART.LAYER.lora_A.weight` and `PART.LAYER.lora_B.weight`. */
  readonly weights: ReadonlyMap<string, NamedArray>
}

/** A problem whose models are the base with the adapters merged. */
export interface AdaptedProblem<Model> extends TrainProblem<Model & { readonly adapters: Adapters }> {
  /** The base as a model, in its own memory, with the adapters beside it. */
  unmerged(
    ...of: Parameters<TrainProblem<Model>['snapshot']>
  ): Promise<{ readonly model: Model; readonly adapters: Adapters }>
}

/**
 * The problem of learning adapters of all parts that would learn, and of the text encoders that stay as they are, if the specification
 * has it so. Changes of the latter are in `adapters` alone, and not in the model.
 *
 * @param base their weights
 * @returns a problem whose models are the base with the adapters merged, and have `adapters`
 * @throws TweedieError `usage` where no layer is selected, or the rank is more than any of them has; `model` for a part without weights
 */
export function adaptedProblem<Model>(
  problem: TrainProblem<Model>,
  spec: LoraSpec,
  base: BaseWeights,
): AdaptedProblem<Model> {
  if (problem.ownStep) {
    throw new TweedieError('usage', '`lora`: this kind of model is trained in a step of its own, without adapters', {
      hint: 'leave `lora` out: all of its weights are trained then',
    })
  }
  const learning = learningParts(problem.parts)
  const frozen = frozenAs(problem.parts, base)
  const titles = titlesOf(problem.parts)
  // other parts that are frozen as they are stay so
  const texts = spec.text ? textParts(problem.parts) : []
  const adapted = [...learning, ...texts].map(([part]) => part)
  const learns = (name: string): string | undefined => {
    const title = titles(name)
    return adapted.some((part) => title.startsWith(`${part}.`)) ? title : undefined
  }
  const built = (scope: Scope, items: number) => {
    const make = (name: string, shape: readonly number[]): Tensor => input(titles(name), shape)
    return problem.loss(new Scope(make, adaptersIn(scope, spec, learns)), items)
  }
  const layout = adapterLayout(spec, problem.parts, (scope) => built(scope, 1))
  if (spec.text) requireTexts(spec, texts, layout)
  const joint = jointLayout(problem.parts)
  const { plain, merged } = mergerOf(spec, layout, frozen, joint)
  const ofState = (state: TrainState): Adapters => ({ spec, weights: layout.toMap(state.average) })
  return {
    ...problem,
    parts: { ...problem.parts, ...frozen, [loraPart]: { network: networkOfParts(problem.parts), layout } },
    loss: built,
    ...(problem.review && {
      review: (state, engine, options) => problem.review!(merged(state), engine, options),
    }),
    async snapshot(state, training) {
      const model = await problem.snapshot(merged(state), training)
      return { ...model, adapters: ofState(state) }
    },
    async unmerged(state, training) {
      const base = plain()
      return {
        model: await problem.snapshot({ ...state, params: base, average: base }, training),
        adapters: ofState(state),
      }
    },
  }
}

/** Adapters layer by layer. */
export function adaptersOf({ weights }: Adapters) {
  return adaptedLayers(weights.keys()).map((title) => {
    const dot = title.indexOf('.')
    const [part, layer] = [title.slice(0, dot), title.slice(dot + 1)]
    return { part, layer, down: weights.get(downName(title))!, up: weights.get(upName(title))! }
  })
}

/** The parts that would learn, as they are in the model. */
export function frozenAs(parts: TrainParts, base: BaseWeights): TrainParts {
  const learning = learningParts(parts)
  return Object.fromEntries(
    learning.map(([name, part]) => [name, { ...part, learns: false, weights: weightsOf(name, part, base) }]),
  )
}

/** From the name of a parameter in the problem's own loss to one with the name of its part, as constants and files have it. */
export function titlesOf(parts: TrainParts): (name: string) => string {
  const learning = learningParts(parts)
  if (learning.length > 1) return (name) => name
  const [[only]] = learning as [(typeof learning)[0]]
  const others = Object.keys(parts).filter((name) => name !== only)
  return (name) => (others.some((other) => name.startsWith(`${other}.`)) ? name : `${only}.${name}`)
}

function weightsOf(name: string, { layout, weights }: TrainPart, base: BaseWeights): Float32Array {
  const found = base.get(name) ?? weights
  if (found?.length === layout.size) return found
  throw new TweedieError(
    'model',
    found
      ? `the part ${name} has ${layout.size} parameters, and the model to adapt ${found.length}`
      : `the model to adapt has no part ${name}`,
  )
}

/** Refuses text encoders none of whose layers are adapted. */
function requireTexts({ targets }: LoraSpec, texts: ReturnType<typeof textParts>, { specs }: Layout): void {
  if (texts.length === 0) {
    throw new TweedieError('usage', '`loraText`: no text encoder of the model reads captions in training', {
      hint: '`from`: a model that is asked in words, and `captions`',
    })
  }
  if (texts.some(([part]) => specs.some(({ name }) => name.startsWith(`${part}.`)))) return
  const names = texts.map(([part]) => part).join(' and ')
  throw new TweedieError('usage', `\`loraTargets: ${targets.join(',')}\` names no layers of ${names}`, {
    hint: 'attention, linear and all do; by names, CLIP has q_proj, k_proj, v_proj, out_proj, fc1 and fc2',
  })
}

function adapterLayout(spec: LoraSpec, parts: TrainParts, build: (scope: Scope) => unknown): Layout {
  const scope = new Scope()
  build(scope)
  const layers = adaptedLayers(scope.specs.map(({ name }) => name))
  if (layers.length === 0) {
    // those with values of their own have no layers at all
    const names = learningParts(parts).flatMap(([name, { weights }]) => (weights ? [] : [name]))
    throw new TweedieError(
      'usage',
      `\`loraTargets: ${spec.targets.join(',')}\`: ${names.join(' and ')} ${names.length > 1 ? 'have' : 'has'} no such layers`,
      {
        hint: '`loraTargets: linear` takes those over the last axis, `loraTargets: all` convolutions too; or name them',
      },
    )
  }
  const layout = layoutOf(scope.specs)
  const shapes = new Map(scope.specs.map(({ name, shape }) => [name, shape]))
  const most = Math.max(
    ...layers.map((layer) => {
      const inner = shapes.get(downName(layer))!.slice(1)
      return Math.min(
        shapes.get(upName(layer))![0]!,
        inner.reduce((size, each) => size * each, 1),
      )
    }),
  )
  if (spec.rank > most) {
    throw new TweedieError('usage', `\`lora: ${spec.rank}\`: the layers to adapt have rank ${most} at most`, {
      hint: 'a small one, such as 8, is the point of it',
    })
  }
  return layout
}

/** The weights of frozen parts as one flat array, not to be changed: of one part its own memory. */
export function frozenFlat(frozen: TrainParts, joint: Layout): Float32Array {
  const parts = Object.values(frozen)
  if (parts.length === 1) return parts[0]!.weights!
  const flat = new Float32Array(joint.size)
  let from = 0
  for (const { layout, weights } of parts) {
    flat.set(weights!, from)
    from += layout.size
  }
  return flat
}

/** The parts that are adapted as one flat array, and a function that makes of a state of adapters one of them. */
function mergerOf({ rank, alpha }: LoraSpec, layout: Layout, frozen: TrainParts, joint: Layout) {
  const alone = Object.keys(frozen).length === 1
  const plain = (): Float32Array => frozenFlat(frozen, joint)
  const layers = adaptedLayers(layout.specs.map(({ name }) => name))
  const shapes = new Map(layout.specs.map(({ name, shape }) => [name, shape]))
  const array = (name: string, flat: Float32Array): NamedArray => ({
    shape: shapes.get(name)!,
    data: layout.view(flat, name),
  })
  const fill = (into: Float32Array, flat: Float32Array): void => {
    for (const layer of layers) {
      const change: LowRankArrays = {
        down: array(downName(layer), flat),
        up: array(upName(layer), flat),
        scale: alpha / rank,
      }
      const dot = layer.indexOf('.')
      const [part, own] = [layer.slice(0, dot), `${layer.slice(dot + 1)}.weight`]
      if (!Object.hasOwn(frozen, part)) continue
      const { layout: of, weights } = frozen[part]!
      const shape = of.specs.find(({ name }) => name === own)!.shape
      const weight = changedWeight({ shape, data: of.view(weights!, own) }, [change])
      joint.view(into, alone ? own : `${part}.${own}`).set(weight)
    }
  }
  const adapted = (flat: Float32Array): Float32Array => {
    const all = plain().slice()
    fill(all, flat)
    return all
  }
  const merged = (state: TrainState): TrainState => ({
    ...state,
    params: adapted(state.params),
    average: adapted(state.average),
  })
  return { plain, merged }
}
