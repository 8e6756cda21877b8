/** A trained model of whole tables: a network with its weights, the noise of rows, and the plan of the columns. */
import * as z from 'zod/mini'
import { type MixedProcess, mixedProcess, type MixedSpec } from '../../diffusion/mixed/index.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import { type Network, parametersOf } from '../../engine/nn/network.ts'
import { isTweedieError, TweedieError } from '../../errors.ts'
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'
import { parseConfig } from '../../files/io/parse-config.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import { networkOf } from '../network-of.ts'
import type { OwnComponents } from '../own-parts.ts'
import { partsOf, type TablePlan } from './plan.ts'

/** A model of tables in memory. */
export interface RowsModel {
  readonly family: 'rows'
  readonly network: Network
  readonly layout: Layout
  /** All weights, flat. */
  readonly weights: Float32Array
  readonly process: MixedProcess
  readonly plan: TablePlan
  /** The column of the classes, where a target of categories was named. */
  readonly target: string | undefined
  readonly classNames: readonly string[]
  readonly meta: TweedieMeta
}

/**
 * The model of a folder's content.
 *
 * @throws TweedieError `model` where weights, network and columns do not fit together
 */
export function rowsModelOf({ network: spec, weights, meta }: ModelFolder, own: OwnComponents = {}): RowsModel {
  const network = networkOf(spec, own)
  const layout = parametersOf(network)
  const { plan, target, process } = parseConfig(partsSchema, { ...meta.data, process: meta.process }, 'tweedie.json')
  return {
    family: 'rows',
    network,
    layout,
    weights: layout.fromMap(weights),
    process: processOfPlan(process as unknown as MixedSpec, plan as unknown as TablePlan),
    plan: plan as unknown as TablePlan,
    target: target ?? undefined,
    classNames: meta.data.classNames ?? [],
    meta,
  }
}

/** The content of the model's folder; the inverse of {@link rowsModelOf}. */
export function rowsFolderOf({ network, layout, weights, meta }: RowsModel): ModelFolderInput {
  return {
    network: { className: network.className, config: network.config },
    weights: layout.toMap(weights),
    scheduler: null,
    meta,
  }
}

/** The noise of the rows of a plan. @throws TweedieError `model` for noise that makes no sense */
export function processOfPlan(spec: MixedSpec, plan: TablePlan): MixedProcess {
  const { numbers, categories } = partsOf(plan)
  try {
    return mixedProcess(
      spec,
      numbers.length,
      categories.map(({ values }) => values.length),
    )
  } catch (cause) {
    if (!isTweedieError(cause)) throw cause
    throw new TweedieError('model', cause.message, { ...(cause.hint !== undefined && { hint: cause.hint }), cause })
  }
}

const named = { name: z.string() }
const numbers = z.array(z.number())

const partsSchema = z.looseObject({
  plan: z
    .array(
      z.discriminatedUnion('kind', [
        z.object({
          ...named,
          kind: z.literal('constant'),
          value: z.nullable(z.union([z.string(), z.number()])),
        }),
        z.object({
          ...named,
          kind: z.literal('category'),
          values: z.array(z.union([z.string(), z.number()])).check(z.minLength(2)),
          shares: numbers,
        }),
        z.object({
          ...named,
          kind: z.literal('number'),
          values: numbers.check(z.minLength(2)),
          low: numbers,
          high: numbers,
          decimals: z.int(),
        }),
      ]),
    )
    .check(z.minLength(1)),
  target: z.optional(z.nullable(z.string())),
  process: z.looseObject({
    noise: z.looseObject({}),
    categories: z.looseObject({ kernel: z.string(), steps: z.null() }),
  }),
})
