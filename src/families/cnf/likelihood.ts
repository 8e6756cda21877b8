/**
 * How likely data are under a continuous flow, in the data's own units: exactly, to a tolerance, by the adaptive solver; and by the grid that
 * was trained. A grid too coarse shows: the field then maximises what the grid makes of it, and not the likelihood.
 */
import { modelField } from '../../compiled/field.ts'
import { conditionsFrom, conditionSource } from '../../tools/train/draws.ts'
import { flowLikelihood, type FlowLikelihoodOptions } from '../../diffusion/ode-flow/flow-likelihood.ts'
import { bitsPerDim, type Estimate, estimate } from '../../diffusion/likelihood/units.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { TweedieError } from '../../errors.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import { type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import type { CnfModel } from './model.ts'
import { dequantise, stretchOf } from './units.ts'
import { withFacts } from '../../files/data/stored-dataset.ts'

/** On how many items, and how exactly. */
export interface CnfLikelihoodOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  /** Items; default 64, or as many as there are: the first ones. */
  readonly count?: number | undefined
  /** Items at a time; default 64. */
  readonly batch?: number | undefined
  /** Decides probes and dequantisation; default 0. */
  readonly seed?: number | bigint | string | undefined
  /** Shades of an image; default as trained. */
  readonly values?: number | undefined
  readonly trace?: FlowLikelihoodOptions['trace']
  /** Of the adaptive solver; default 1e-5. */
  readonly tolerance?: number | undefined
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number) => void) | undefined
}

/** −log p of an item: in nats, and per dimension in bits; less is better. */
export interface FlowFigure {
  readonly nats: Estimate
  readonly bitsPerDim: Estimate
}

/** The result. */
export interface CnfLikelihoodReport {
  readonly items: number
  readonly dimensions: number
  /** By the adaptive solver, and its evaluations per batch. */
  readonly flow: FlowFigure & { readonly evaluations: number }
  /** By the training grid. */
  readonly grid: FlowFigure & { readonly solver: string; readonly steps: number }
  /** The mean of |log p by the grid − log p by the adaptive solver| over items, in nats. */
  readonly gridGap: number
}

/** A larger {@link CnfLikelihoodReport.gridGap} is worth a warning. */
export const mostGap = 0.01
/** A network's features of a time this long tell more times apart than a grid has. */
const fastTime = 100

/**
 * The likelihood of a data set's items.
 *
 * @throws TweedieError `data` where the data are not of the model's shape, `usage` for counts that make no sense
 */
export async function cnfLikelihood(
  model: CnfModel,
  dataset: ArrayDataset,
  engine: Engine,
  options: CnfLikelihoodOptions = {},
): Promise<CnfLikelihoodReport> {
  const { seed = 0, tolerance = 1e-5, trace, shards, signal, onProgress, device, threads } = options
  const { scale, flow } = model
  if (dataset.shape.join() !== scale.shape.join()) {
    throw new TweedieError(
      'data',
      `${dataset.name}: items of [${dataset.shape.join(', ')}], the model is of [${scale.shape.join(', ')}]`,
    )
  }
  const count = Math.min(dataset.length, options.count ?? 64)
  const batch = Math.min(count, options.batch ?? 64)
  if (!(Number.isInteger(count) && count > 0 && Number.isInteger(batch) && batch > 0)) {
    throw new TweedieError('usage', `${count} items in batches of ${batch}: both must be positive whole numbers`)
  }
  const values = options.values ?? flow.values
  const size = itemSize(scale.shape)
  const stretch = stretchOf(scale, values)
  // items in the units of the model, whatever those of the data set are
  const items: ArrayDataset = withFacts(dataset, { range: scale.range, affine: scale.affine })
  const session = { batch, ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) }
  using field = await modelField(model, engine, session)
  const [exact, grid]: [number[], number[]] = [[], []]
  let evaluations = 0
  for (let first = 0; first < count; first += batch) {
    const indices = Int32Array.from({ length: Math.min(batch, count - first) }, (_, i) => first + i)
    const rows = await rowsOf(shards, { name: 'densities', first, size: batch, count }, async () => {
      const x0 = loadBatch(items, indices, new Float32Array(indices.length * size))
      if (values !== null) dequantise(x0, size, values, { seed, first })
      const conditions = conditionsFrom(model.network.conditions, conditionSource(dataset), indices)
      const common = { seed, firstItem: first, conditions, signal, ...(trace && { trace }) }
      const adaptive = { name: 'rk45', relative: tolerance, absolute: tolerance } as const
      const result = await flowLikelihood(field, x0, { ...common, solver: adaptive })
      const onGrid = await flowLikelihood(field, x0, { ...common, solver: { name: flow.solver, steps: flow.steps } })
      return { exact: result.logDensity, grid: onGrid.logDensity, taken: Float64Array.of(result.evaluations) }
    })
    if (!rows) continue
    exact.push(...rows.exact.map((log) => stretch - log))
    grid.push(...rows.grid.map((log) => stretch - log))
    evaluations = Math.max(evaluations, rows.taken[0]!)
    onProgress?.((first + indices.length) / count)
  }
  shards?.requireAll()
  const figure = (nats: readonly number[]): FlowFigure => ({
    nats: estimate(nats),
    bitsPerDim: estimate(nats.map((each) => bitsPerDim(each, size))),
  })
  return Object.freeze({
    items: count,
    dimensions: size,
    flow: { ...figure(exact), evaluations },
    grid: { ...figure(grid), solver: flow.solver, steps: flow.steps },
    gridGap: exact.reduce((sum, each, i) => sum + Math.abs(each - grid[i]!), 0) / count,
  })
}

/** A sentence about a grid that is too coarse; undefined for one that is fine. */
export function gridRemark({ gridGap }: Pick<CnfLikelihoodReport, 'gridGap'>, { flow }: Pick<CnfModel, 'flow'>) {
  if (gridGap <= mostGap) return undefined
  const gap = gridGap.toPrecision(2)
  const cure =
    flow.timeScale > fastTime
      ? 'the field may move faster in time than the grid sees: begin with a flow-matching model trained with `input: slow`'
      : `train with more \`solverSteps\`, such as ${2 * flow.steps}, or with a larger \`kinetic\` and \`jacobian\``
  return `warning: log p by the training grid (${flow.solver}, ${flow.steps} steps) differs from the exact one by ${gap} nats, more than ${mostGap}: ${cure}`
}
